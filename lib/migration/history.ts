import { learnFixedPauseMs } from '../policy/index.js';

/** What was learnt of moves between two hosts, in this process. */
export interface PairHistory {
  /** Speed of the memory stream in bytes per second. */
  linkBytesPerSecond: number;
  /** What a stop costs with nothing left to send, in milliseconds. */
  fixedPauseMs: number;
  /** What came between the checks and the first pass, and after the pause, in milliseconds. */
  overheadMs: number;
}

/** What a finished move teaches. */
export interface Lesson {
  pauseMs: number;
  /** What was left to send when the guest stopped, at most. */
  lastBytes: number;
  linkBytesPerSecond: number;
  overheadMs: number;
  /** Memory of the guest that was not zero; undefined where it was not said. */
  usedBytes: number | undefined;
  /** Whether the guest dirtied too much in its first pass for a soft landing. */
  wasBusy: boolean;
}

/** A stop costs about so much where nothing was learnt yet, in milliseconds: libvirt's handshakes and QEMU's device state. */
export const USUAL_FIXED_PAUSE_MS = 30;

const pairs = new Map<string, PairHistory>();
const usedBytesOf = new Map<string, number>();
const busyGuests = new Set<string>();

const keyOf = (sourceUuid: string, destinationUuid: string): string => `${sourceUuid} ${destinationUuid}`;

/** What is known of moves from one host to another; undefined before the first one. */
export function historyOf(sourceUuid: string, destinationUuid: string): PairHistory | undefined {
  return pairs.get(keyOf(sourceUuid, destinationUuid));
}

/** How much of a guest's memory was not zero when it was moved last, in bytes; undefined before that. */
export function lastUsedBytes(guestUuid: string): number | undefined {
  return usedBytesOf.get(guestUuid);
}

/** Whether a guest was too busy for a soft landing when it was moved last. */
export function wasBusy(guestUuid: string): boolean {
  return busyGuests.has(guestUuid);
}

/** Learns from a completed move. */
export function learnFrom(sourceUuid: string, destinationUuid: string, guestUuid: string, lesson: Lesson): void {
  const key = keyOf(sourceUuid, destinationUuid);
  const { pauseMs, lastBytes, linkBytesPerSecond, overheadMs, usedBytes } = lesson;
  const fixedPauseMs = learnFixedPauseMs(pairs.get(key)?.fixedPauseMs, pauseMs, lastBytes, linkBytesPerSecond);
  pairs.set(key, { linkBytesPerSecond, fixedPauseMs, overheadMs });
  if (usedBytes !== undefined) usedBytesOf.set(guestUuid, usedBytes);
  if (lesson.wasBusy) busyGuests.add(guestUuid);
  else busyGuests.delete(guestUuid);
}
