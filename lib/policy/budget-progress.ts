import type { View } from './view.js';

/** How the passes go. Plain data, brought forward at each pass boundary. */
export interface Progress {
  /** The least found dirty at a boundary; undefined before the first one, and after anything was changed that makes old passes meaningless. */
  readonly leastDirtyBytes: number | undefined;
  /** Passes since then that brought no real improvement. */
  readonly idlePasses: number;
  /** When the passes stopped helping, in milliseconds since the start; undefined while they help. */
  readonly stalledAtMs: number | undefined;
}

export const NO_PROGRESS_YET: Progress = { leastDirtyBytes: undefined, idlePasses: 0, stalledAtMs: undefined };

/** A pass that ends with less than this share of the best one was worth it. */
const IMPROVEMENT = 0.95;
/** One long pass without improvement tells as much as several short ones, which a burst of writes can spoil. */
const LONG_PASS_MS = 1000;
const SHORT_PASSES_TO_STALL = 3;

/**
 * A guest that dirties as much of the link's speed as this, over a long pass, makes pre-copy take three times as long as it takes to send
 * what is dirty once. It may well write faster still: what it writes twice in a pass is seen once (QEMU throttles from a half on,
 * throttle-trigger-threshold).
 */
const HOPELESS_SHARE = 2 / 3;

/** Whether the last pass alone says that pre-copy would take far too long; the next one may still say otherwise. */
export function isHopeless(view: View): boolean {
  const { dirtiedBytesPerSecond: dirtied, linkBytesPerSecond: link } = view;
  const isLong = (view.passes.at(-1)?.durationMs ?? 0) >= LONG_PASS_MS;
  return isLong && dirtied !== undefined && link !== undefined && dirtied >= HOPELESS_SHARE * link;
}

/** Takes in the pass that ended at this boundary. */
export function addPass(progress: Progress, view: View): Progress {
  const dirtyBytes = view.dirtyBytes ?? view.memoryRemainingBytes;
  const { leastDirtyBytes } = progress;
  if (leastDirtyBytes === undefined || dirtyBytes < leastDirtyBytes * IMPROVEMENT) {
    return { leastDirtyBytes: dirtyBytes, idlePasses: 0, stalledAtMs: undefined };
  }
  const idlePasses = progress.idlePasses + 1;
  const isLong = (view.passes.at(-1)?.durationMs ?? 0) >= LONG_PASS_MS;
  const isStalled = isLong || idlePasses >= SHORT_PASSES_TO_STALL;
  return {
    leastDirtyBytes: Math.min(leastDirtyBytes, dirtyBytes),
    idlePasses,
    stalledAtMs: isStalled ? (progress.stalledAtMs ?? view.elapsedMs) : undefined,
  };
}

/** However badly the last pass went, the next ones are expected to shrink by so much: that they do not is told by a stall, not by one ratio. */
const WORST_SHRINKAGE = 0.95;

/** The time until the passes come down to a number of bytes, if each goes on to shrink as the last one did, in milliseconds. */
export function timeToReachMs(view: View, targetBytes: number): number {
  const { dirtyBytes, linkBytesPerSecond } = view;
  const last = view.passes.at(-1);
  if (dirtyBytes === undefined || linkBytesPerSecond === undefined || last === undefined) return 0;
  if (dirtyBytes <= targetBytes) return 0;
  // The first pass sends memory that need not be dirtied again, so that its ratio says little: the rates say more.
  const byRates = (view.dirtiedBytesPerSecond ?? 0) / linkBytesPerSecond;
  const shrinkage = Math.min(last.number === 1 ? byRates : dirtyBytes / last.dirtyBytes, WORST_SHRINKAGE);
  // A geometric series of passes, from this one to the one that reaches the target.
  return (((dirtyBytes - targetBytes) / linkBytesPerSecond) * 1000) / (1 - shrinkage);
}
