import { AFTERMATH_MS } from '../silence.js';
import type { TraceObserver } from '../trace/format.js';
import { ColumnCollector, type Columns } from './columns.js';

/** What is kept of what an observer received in a stretch of time. */
const COLUMNS = {
  atMs: ({ atMs }) => atMs,
  untilMs: ({ atMs, durationMs }) => atMs + durationMs,
  beats: ({ beats }) => beats,
  workPages: ({ workPages }) => workPages,
  longestSilenceMs: ({ longestSilenceMs }) => longestSilenceMs,
} as const satisfies Readonly<Record<string, (observation: TraceObserver) => number | undefined>>;

/** All that an observer received in a run, column by column; a stretch begins where the one before it ends. */
export type Observations = Columns<keyof typeof COLUMNS>;

export function newObservationCollector(): ColumnCollector<TraceObserver, keyof typeof COLUMNS> {
  return new ColumnCollector<TraceObserver, keyof typeof COLUMNS>(COLUMNS);
}

/** A time in which nothing was heard of the guest. */
export interface Blackout {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The longest silence that has to do with a stop; undefined where nobody listened, or none was longer than the stretches around it. */
export function blackoutOf(
  { atMs, untilMs, beats, longestSilenceMs }: Observations,
  stoppedAtMs: number,
  resumedAtMs: number,
): Blackout | undefined {
  let longest = untilMs.findIndex((until) => until >= stoppedAtMs);
  if (longest < 0) return undefined;
  for (let index = longest; (atMs[index] ?? Number.POSITIVE_INFINITY) <= resumedAtMs + AFTERMATH_MS; index += 1) {
    if ((longestSilenceMs[index] ?? 0) > (longestSilenceMs[longest] ?? 0)) longest = index;
  }
  if (beats[longest] !== 1) return undefined;
  return { fromMs: atMs[longest] ?? 0, toMs: untilMs[longest] ?? 0 };
}

/** Work in pages per second over a time, by the stretches that lie in it; undefined where there are none, or the guest does not say. */
export function workPerSecond(
  { atMs, untilMs, workPages }: Observations,
  fromMs: number,
  toMs: number,
): number | undefined {
  let [pages, milliseconds] = [0, 0];
  for (const [index, from] of atMs.entries()) {
    const [until, work] = [untilMs[index] ?? from, workPages[index] ?? Number.NaN];
    if (from < fromMs || until > toMs || Number.isNaN(work)) continue;
    pages += work;
    milliseconds += until - from;
  }
  return milliseconds === 0 ? undefined : (pages / milliseconds) * 1000;
}
