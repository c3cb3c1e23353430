/** The longest silence in the heartbeats of a guest. Pure, and free of whoever received them. */

/**
 * How long after a guest runs again a silence may begin and still belong to its stop, in milliseconds: in post-copy it stands still again for the pages
 * that it needs first.
 */
export const AFTERMATH_MS = 250;

/** When something was received, on the clock of `process.hrtime.bigint()`. */
export interface Arrival {
  readonly arrivalNs: bigint;
}

/** A stretch of time on that clock. */
export interface Stretch {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** The beats in a window and those next to it: a silence may begin before the window or end after it. */
export function beatsAround<Beat extends Arrival>(beats: readonly Beat[], { fromNs, toNs }: Stretch): Beat[] {
  const first = beats.findLastIndex(({ arrivalNs }) => arrivalNs < fromNs);
  const after = beats.findIndex(({ arrivalNs }) => arrivalNs > toNs);
  return beats.slice(Math.max(first, 0), after === -1 ? undefined : after + 1);
}

/** The longest time from one beat to the next; where nothing was received before or after, the silence is at least as long as the window says. */
export function longestSilence(around: readonly Arrival[], { fromNs, toNs }: Stretch): Stretch {
  const arrivals = around.map(({ arrivalNs }) => arrivalNs);
  const first = arrivals[0];
  const last = arrivals.at(-1);
  const points = [
    ...(first === undefined || first > fromNs ? [fromNs] : []),
    ...arrivals,
    ...(last === undefined || last < toNs ? [toNs] : []),
  ];
  let longest: Stretch = { fromNs, toNs: fromNs };
  for (const [index, point] of points.entries()) {
    const next = points[index + 1];
    if (next !== undefined && next - point > longest.toNs - longest.fromNs) longest = { fromNs: point, toNs: next };
  }
  return longest;
}
