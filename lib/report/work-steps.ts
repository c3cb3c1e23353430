import type { Blackout, Observations } from './observations.js';

/** The guest's work in a while, in pages per second; NaN where the guest does not say. */
export interface WorkStep {
  readonly fromMs: number;
  readonly toMs: number;
  readonly pagesPerSecond: number;
}

/**
 * The guest's work in steps: stretches are put together until they are so long that single beats do not show, but for the blackout, which is a step
 * by itself. Pure.
 *
 * @param range - the time that is wanted, in milliseconds since the start of the run; by default all of it
 */
export function workSteps(
  { atMs, untilMs, workPages }: Observations,
  leastMs: number,
  blackout: Blackout | undefined,
  [fromMs, toMs]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): WorkStep[] {
  const steps: WorkStep[] = [];
  let beginMs: number | undefined;
  let pages = 0;
  const first = untilMs.findIndex((until) => until > fromMs);
  for (let index = first; index >= 0 && index < atMs.length && (atMs[index] ?? 0) < toMs; index += 1) {
    const [from, until] = [atMs[index] ?? 0, untilMs[index] ?? 0];
    beginMs ??= from;
    pages += workPages[index] ?? Number.NaN;
    const isEdge = from === blackout?.fromMs || until === blackout?.fromMs;
    if (until - beginMs < leastMs && !isEdge) continue;
    steps.push({ fromMs: beginMs, toMs: until, pagesPerSecond: (pages / (until - beginMs)) * 1000 });
    beginMs = undefined;
    pages = 0;
  }
  return steps;
}
