import type { DirtyRate, Workload } from './workload.js';

/**
 * Bytes that are dirty at the end of a time, given how many were at its beginning: `W·(1 − e^(−D·t/W)) + b·t` from nothing for writes anywhere
 * in the set, `min(D·t, W) + b·t` for a sweep.
 *
 * @param dirtyBytes - of the set; what the background dirtied is not among them
 * @see the model of C. Clark et al., Live Migration of Virtual Machines, NSDI 2005, with a set that saturates
 */
export function dirtyAfter(
  dirtyBytes: number,
  rate: DirtyRate,
  pattern: Workload['pattern'],
  milliseconds: number,
): number {
  const { bytesPerSecond, setBytes } = rate;
  if (setBytes <= 0) return dirtyBytes;
  const written = (bytesPerSecond * milliseconds) / 1000;
  // Pages of an earlier, larger set stay dirty until they are sent, whatever the set is now.
  if (dirtyBytes >= setBytes) return dirtyBytes;
  if (pattern === 'sweep') return Math.min(dirtyBytes + written, setBytes);
  return setBytes - (setBytes - dirtyBytes) * Math.exp(-written / setBytes);
}

export interface ModelInput {
  /** Memory that is not zero: what the first pass has to send. */
  readonly memoryBytes: number;
  readonly linkBytesPerSecond: number;
  readonly rate: DirtyRate;
  readonly pattern: Workload['pattern'];
  readonly backgroundBytesPerSecond?: number;
  readonly downtimeLimitMs: number;
  /** What a stop costs with nothing left to send. */
  readonly fixedPauseMs: number;
  /** Passes are at least that long: QEMU's 100 ms where the link is capped, else about what a sync of the dirty bitmap takes. Default 1. */
  readonly minimumPassMs?: number;
  /** Gives up after so many passes. Default 1000. */
  readonly maximumPasses?: number;
}

export interface ModelOutput {
  readonly converges: boolean;
  readonly passes: number;
  /** To the end, pause included; where it does not converge, to the pass at which the model gave up. */
  readonly totalMs: number;
  readonly pauseMs: number;
  readonly sentBytes: number;
}

/**
 * Pre-copy of a guest whose rates do not change, pass by pass: the quick forecast, without policy or throttle. With steps `t = V/B`,
 * `V' = u(t)`, until `V < B·limit`.
 */
export function predict(input: ModelInput): ModelOutput {
  const {
    memoryBytes,
    linkBytesPerSecond: link,
    rate,
    pattern,
    backgroundBytesPerSecond = 0,
    downtimeLimitMs,
    fixedPauseMs,
  } = input;
  const { minimumPassMs = 1, maximumPasses = 1000 } = input;
  const threshold = (link * downtimeLimitMs) / 1000;
  let dirtyBytes = memoryBytes;
  let totalMs = 0;
  let sentBytes = 0;
  let passes = 0;
  let converges = false;
  while (!converges && passes < maximumPasses) {
    passes += 1;
    const passMs = Math.max((dirtyBytes / link) * 1000, minimumPassMs);
    totalMs += passMs;
    sentBytes += dirtyBytes;
    dirtyBytes = Math.min(
      dirtyAfter(0, rate, pattern, passMs) + (backgroundBytesPerSecond * passMs) / 1000,
      memoryBytes,
    );
    converges = dirtyBytes < threshold;
  }
  const pauseMs = fixedPauseMs + (dirtyBytes / link) * 1000;
  return { converges, passes, totalMs: totalMs + pauseMs, pauseMs, sentBytes: sentBytes + dirtyBytes };
}
