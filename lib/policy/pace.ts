import type { Pass } from './view.js';

/**
 * How a running copy is doing. `moving`: well. `stalled`: not a byte goes. `slow`: bytes go, and far fewer than the link was seen to carry,
 * with much to send. `not-converging`: they go as they should, and the passes do not get shorter all the same.
 */
export type Pace = 'moving' | 'stalled' | 'slow' | 'not-converging';

/** No byte for so long is a stall, in milliseconds: QEMU's counters move every 100 ms, even at the lowest speed there is. */
export const STALL_MS = 2000;

/** The time over which a speed is taken, in milliseconds, and the share of the best one below which it is slow. */
const WINDOW_MS = 3000;
const SLOW_SHARE = 0.3;

/** Only with more to send than this takes at the best speed, in milliseconds: near the end there is no more than the guest dirties. */
const BACKLOG_MS = 1000;

/** So many passes in a row that in all left at least this share of what there was: a single one may meet a burst of writes. */
const FRUITLESS_PASSES = 3;
const FRUITLESS_SHARE = 0.9;

export interface PaceReading {
  readonly atMs: number;
  /** What was dealt with since the start: sent, or found to be zero. Never libvirt's own speed, which goes on in a stall. */
  readonly doneBytes: number;
  readonly remainingBytes: number;
  /** The cap on the stream in force; undefined when there is none. */
  readonly bandwidthBytesPerSecond: number | undefined;
  /** The passes that are finished, oldest first. */
  readonly passes: readonly Pass[];
  /** With so much left the guest is stopped. */
  readonly stopBytes: number;
  /** Something keeps the passes from ending on purpose: the hold, or a guest that no longer runs. */
  readonly isHeld: boolean;
}

/** What must be remembered between readings. Plain data. */
export interface PaceState {
  readonly pace: Pace;
  /** When bytes were last seen to have gone. */
  readonly movedAtMs: number;
  readonly bestBytesPerSecond: number;
  readonly window: readonly Pick<PaceReading, 'atMs' | 'doneBytes' | 'remainingBytes'>[];
}

/** Adds a reading to what is known. Pure. */
export function addPace(state: PaceState | undefined, reading: PaceReading): PaceState {
  const { atMs, doneBytes, remainingBytes } = reading;
  const last = state?.window.at(-1);
  const hasMoved = last === undefined || doneBytes !== last.doneBytes;
  const movedAtMs = hasMoved ? atMs : (state?.movedAtMs ?? atMs);
  const all = [...(state?.window ?? []), { atMs, doneBytes, remainingBytes }];
  // One reading from before the window is kept, so that it is covered from end to end.
  const from = all.findLastIndex((one) => one.atMs <= atMs - WINDOW_MS);
  const window = all.slice(Math.max(0, from));
  const speed = speedOver(window);
  const bestBytesPerSecond = Math.max(state?.bestBytesPerSecond ?? 0, speed ?? 0);
  // With nothing left to send there is nothing to stall: the hosts are at their handshakes.
  const isStalled = doneBytes > 0 && remainingBytes > 0 && atMs - movedAtMs >= STALL_MS;
  const pace = isStalled
    ? 'stalled'
    : isSlow(window, speed, Math.min(bestBytesPerSecond, reading.bandwidthBytesPerSecond ?? Number.POSITIVE_INFINITY))
      ? 'slow'
      : isFruitless(reading)
        ? 'not-converging'
        : 'moving';
  return { pace, movedAtMs, bestBytesPerSecond, window };
}

/** Over the whole window; undefined before it is full. */
function speedOver(window: PaceState['window']): number | undefined {
  const [first, last] = [window[0], window.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < WINDOW_MS) return undefined;
  return Math.max(0, ((last.doneBytes - first.doneBytes) / (last.atMs - first.atMs)) * 1000);
}

function isSlow(window: PaceState['window'], speed: number | undefined, usual: number): boolean {
  if (speed === undefined || speed >= usual * SLOW_SHARE) return false;
  return window.every(({ remainingBytes }) => remainingBytes >= (usual / 1000) * BACKLOG_MS);
}

function isFruitless({ passes, stopBytes, isHeld }: PaceReading): boolean {
  const [first, ...more] = passes.slice(-FRUITLESS_PASSES);
  const last = more.at(-1);
  if (isHeld || first === undefined || last === undefined || more.length < FRUITLESS_PASSES - 1) return false;
  return last.dirtiedBytes > stopBytes && last.dirtiedBytes >= first.dirtyBytes * FRUITLESS_SHARE;
}
