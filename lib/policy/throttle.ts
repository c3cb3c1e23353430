import { MAX_THROTTLE } from './action.js';

/**
 * The share of the link that a throttled guest may fill with dirty memory. Each pass is then at most 0.8 of the one before: smaller shares end
 * sooner and take more CPU time from the guest, and about here the product of both is least.
 */
const TARGET_SHARE = 0.8;

/**
 * The throttle under which pre-copy converges, computed rather than groped for, 0..0.99; 0 where none is needed.
 *
 * @param dirtiedBytesPerSecond - what the guest dirties now, under `throttle`
 * @param throttle - the fraction of CPU time that is being taken already
 */
export function throttleNeeded(dirtiedBytesPerSecond: number, linkBytesPerSecond: number, throttle = 0): number {
  const unthrottled = dirtiedBytesPerSecond / (1 - Math.min(throttle, MAX_THROTTLE));
  if (unthrottled <= TARGET_SHARE * linkBytesPerSecond) return 0;
  // In whole per cent, as QEMU counts, and rounded up: the share is then a bound.
  const percent = Math.ceil(100 * (1 - (TARGET_SHARE * linkBytesPerSecond) / unthrottled));
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
