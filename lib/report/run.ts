import type { TraceEntry, TraceEntryType } from '../trace/format.js';
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
  readonly holds: readonly Entry<'hold'>[];
  readonly warnings: readonly Entry<'warning'>[];
  /** The result; undefined of a run that was cut off. */
  readonly end: Entry<'end'> | undefined;
  /** The latest moment in the trace. */
  readonly lastMs: number;
}

/** Reads a trace into what a report needs of it, entry by entry. */
export async function collectRun(
  name: string,
  entries: Iterable<TraceEntry> | AsyncIterable<TraceEntry>,
): Promise<Run> {
  const collector = new SampleCollector();
  const observed = newObservationCollector();
  const others: TraceEntry[] = [];
  for await (const entry of entries) {
    if (entry.type === 'sample') collector.add(entry);
    else if (entry.type === 'observer') observed.add(entry);
    // There is one for each sample, and a report shows none of them.
    else if (entry.type !== 'call') others.push(entry);
  }
  others.sort((a, b) => a.atMs - b.atMs);
  const all = <Type extends TraceEntryType>(type: Type) =>
    others.filter((entry): entry is Entry<Type> => entry.type === type);
  const { samples } = collector;
  return {
    name,
    header: all('trace')[0],
    connected: all('connected')[0],
    plan: all('plan')[0],
    forecast: all('forecast')[0],
    samples,
    observations: observed.columns,
    passes: all('pass'),
    phases: all('phase'),
    decisions: all('decision'),
    guestEvents: all('guest'),
    holds: all('hold'),
    warnings: all('warning'),
    end: all('end').at(-1),
    lastMs: Math.max(others.at(-1)?.atMs ?? 0, samples.atMs.at(-1) ?? 0),
  };
}
