import type { ScreenState } from './state.js';

/** The dirty rate up to this share of the link's speed lets passes shrink. */
const CONVERGING_SHARE = 0.95;

/**
 * How long until the end, in milliseconds, if both rates stay as they are: each pass leaves a share of what it sent, so all passes together
 * send `remaining / (1 − dirtied / sent)`. Undefined before there are rates, and where they never meet. Pure.
 */
export function remainingMs({
  sample,
  sentBytesPerSecond,
  dirtiedBytesPerSecond,
  passes,
}: ScreenState): number | undefined {
  if (sample === undefined || sentBytesPerSecond === 0) return undefined;
  // In the first pass nothing has been found dirty yet.
  const share = passes.length > 1 ? dirtiedBytesPerSecond / sentBytesPerSecond : 0;
  if (share > CONVERGING_SHARE) return undefined;
  return (sample.memoryRemainingBytes / sentBytesPerSecond / (1 - share)) * 1000;
}
