import { MAX_THROTTLE } from './action.js';

/** A guest that fills a larger share of the link with dirty memory converges too slowly: each pass is then at most 0.8 of the one before. */
const CONVERGING_SHARE = 0.8;

/**
 * The largest share that a throttled guest is left with. Time goes with 1/(1 − share) of the passes that are left, and for a guest that outruns the
 * link so does the work it loses: a strong throttle for a short time costs it less than a weak one for long.
 */
const FAST_SHARE = 1 / 3;

/** QEMU throttles by letting each processor run for so long and then sleep (CPU_THROTTLE_TIMESLICE_NS), in milliseconds. */
const RUN_MS = 10;

/** Longer sleeps than this are felt as pauses of their own, whatever the budget, in milliseconds. */
const LONGEST_SLEEP_MS = 100;

/**
 * The weakest throttle under which pre-copy converges, 0..0.99; 0 where none is needed.
 *
 * @param dirtiedBytesPerSecond - what the guest dirties now, under `throttle`
 * @param throttle - the fraction of CPU time that is being taken already
 */
export function throttleNeeded(dirtiedBytesPerSecond: number, linkBytesPerSecond: number, throttle = 0): number {
  return throttleForShare(dirtiedBytesPerSecond, linkBytesPerSecond, throttle, CONVERGING_SHARE);
}

/**
 * The throttle that ends a pre-copy soon, computed rather than groped for; 0 where none is needed. It is as strong as it can be without making the
 * guest stand still for longer in between than it may at the switchover; stronger only where the passes would hardly shrink otherwise.
 *
 * @param pauseMs - the longest pause that the caller can bear, in milliseconds
 */
export function throttleWanted(
  dirtiedBytesPerSecond: number,
  linkBytesPerSecond: number,
  throttle: number,
  pauseMs = LONGEST_SLEEP_MS,
): number {
  if (throttleNeeded(dirtiedBytesPerSecond, linkBytesPerSecond, throttle) === 0) return 0;
  const sleepMs = Math.min(pauseMs, LONGEST_SLEEP_MS);
  const strongest = Math.floor((100 * sleepMs) / (sleepMs + RUN_MS)) / 100;
  const least = throttleForShare(dirtiedBytesPerSecond, linkBytesPerSecond, throttle, FAST_SHARE);
  return Math.max(least, strongest);
}

function throttleForShare(dirtied: number, link: number, throttle: number, share: number): number {
  const unthrottled = dirtied / (1 - Math.min(throttle, MAX_THROTTLE));
  if (unthrottled <= share * link) return 0;
  // In whole per cent, as QEMU counts, and rounded up: the share is then a bound.
  const percent = Math.ceil(100 * (1 - (share * link) / unthrottled));
  return Math.min(percent / 100, MAX_THROTTLE);
}

/** Whether a throttle did what it was for: a guest that computes dirties less in proportion, one that keeps rewriting a small set does not. */
export function throttleHelped(
  beforeBytesPerSecond: number,
  nowBytesPerSecond: number,
  throttleAdded: number,
): boolean {
  return nowBytesPerSecond <= beforeBytesPerSecond * (1 - 0.3 * throttleAdded);
}
