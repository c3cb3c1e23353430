import { MAX_THROTTLE } from './action.js';

/** A guest that fills a larger share of the link with dirty memory converges too slowly: each pass is then at most 0.8 of the one before. */
const CONVERGING_SHARE = 0.8;

/**
 * What a throttled guest is brought down to. Time and lost work both go with 1/(1 − share) of the passes that are left, so that a strong
 * throttle for a short time costs the guest less than a weak one for long: 0.87 for 3 s instead of 0.65 for 18 s, at 2.5 times the link.
 */
const FAST_SHARE = 1 / 3;

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
 * The throttle that ends a pre-copy soon, computed rather than groped for, within what is allowed; 0 where none is needed.
 *
 * @param allowed - the most that may be taken, 0..1
 */
export function throttleWanted(
  dirtiedBytesPerSecond: number,
  linkBytesPerSecond: number,
  throttle = 0,
  allowed = MAX_THROTTLE,
): number {
  if (throttleNeeded(dirtiedBytesPerSecond, linkBytesPerSecond, throttle) === 0) return 0;
  return Math.min(throttleForShare(dirtiedBytesPerSecond, linkBytesPerSecond, throttle, FAST_SHARE), allowed);
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
