import type { Readable } from 'node:stream';
import type { TraceEntry, TraceEntryType } from '../trace/format.js';
import { readBatches } from '../trace/reader.js';
import { newObservationCollector, type Observations } from './observations.js';
import { SampleCollector, type Samples } from './samples.js';

type Entry<Type extends TraceEntryType> = Extract<TraceEntry, { type: Type }>;

/** A trace as a report needs it. Everything but the samples is as it stands in the trace. */
export interface Run {
  /** How the report calls it. */
  readonly name: string;
  /** The first line; undefined of a trace that was cut off within it. */
  readonly header: Entry<'trace'> | undefined;
  readonly connected: Entry<'connected'> | undefined;
  readonly plan: Entry<'plan'> | undefined;
  readonly forecast: Entry<'forecast'> | undefined;
  readonly samples: Samples;
  /** What an observer outside of both hosts received; empty where there was none. */
  readonly observations: Observations;
  readonly passes: readonly Entry<'pass'>[];
  readonly phases: readonly Entry<'phase'>[];
  readonly decisions: readonly Entry<'decision'>[];
  readonly guestEvents: readonly Entry<'guest'>[];
  /** What QEMU said on its monitor; empty where it was not heard. */
  readonly qemuEvents: readonly Entry<'qemu'>[];
  readonly holds: readonly Entry<'hold'>[];
  readonly warnings: readonly Entry<'warning'>[];
  /** The result; undefined of a run that was cut off. */
  readonly end: Entry<'end'> | undefined;
  /** The latest moment in the trace. */
  readonly lastMs: number;
}

/** Puts what a report needs of a run out of entries that were made or read elsewhere. */
export async function collectRun(
  name: string,
  entries: Iterable<TraceEntry> | AsyncIterable<TraceEntry>,
): Promise<Run> {
  const collector = new RunCollector();
  for await (const entry of entries) collector.add(entry);
  return collector.run(name);
}

/**
 * Reads a trace into what a report needs of it.
 *
 * @param source - the file, or a stream of its bytes
 * @throws TraceError as `readTrace()` does
 */
export async function readRun(name: string, source: string | Readable): Promise<Run> {
  const collector = new RunCollector();
  for await (const entries of readBatches(source)) for (const entry of entries) collector.add(entry);
  return collector.run(name);
}

class RunCollector {
  readonly #samples = new SampleCollector();
  readonly #observations = newObservationCollector();
  readonly #others: TraceEntry[] = [];

  add(entry: TraceEntry): void {
    if (entry.type === 'sample') this.#samples.add(entry);
    else if (entry.type === 'observer') this.#observations.add(entry);
    // There is one for each sample, and a report shows none of them.
    else if (entry.type !== 'call') this.#others.push(entry);
  }

  run(name: string): Run {
    const others = this.#others.toSorted((a, b) => a.atMs - b.atMs);
    const all = <Type extends TraceEntryType>(type: Type) =>
      others.filter((entry): entry is Entry<Type> => entry.type === type);
    const { samples } = this.#samples;
    return {
      name,
      header: all('trace')[0],
      connected: all('connected')[0],
      plan: all('plan')[0],
      forecast: all('forecast')[0],
      samples,
      observations: this.#observations.columns,
      passes: all('pass'),
      phases: all('phase'),
      decisions: all('decision'),
      guestEvents: all('guest'),
      qemuEvents: all('qemu'),
      holds: all('hold'),
      warnings: all('warning'),
      end: all('end').at(-1),
      lastMs: Math.max(others.at(-1)?.atMs ?? 0, samples.atMs.at(-1) ?? 0),
    };
  }
}
