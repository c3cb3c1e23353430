import { learnFixedPauseMs } from '../policy/index.js';

/** What was learnt of moves between two hosts, in this process. */
export interface PairHistory {
  /** Speed of the memory stream in bytes per second. */
  linkBytesPerSecond: number;
  /** What a stop costs with nothing left to send, in milliseconds. */
  fixedPauseMs: number;
}

/** A stop costs about so much where nothing was learnt yet, in milliseconds: libvirt's handshakes and QEMU's device state. */
export const USUAL_FIXED_PAUSE_MS = 30;

const pairs = new Map<string, PairHistory>();

const keyOf = (sourceUuid: string, destinationUuid: string): string => `${sourceUuid} ${destinationUuid}`;

/** What is known of moves from one host to another; undefined before the first one. */
export function historyOf(sourceUuid: string, destinationUuid: string): PairHistory | undefined {
  return pairs.get(keyOf(sourceUuid, destinationUuid));
}

/** Learns from a completed move. */
export function learnFrom(
  sourceUuid: string,
  destinationUuid: string,
  move: { pauseMs: number; lastBytes: number; linkBytesPerSecond: number },
): void {
  const key = keyOf(sourceUuid, destinationUuid);
  const { pauseMs, lastBytes, linkBytesPerSecond } = move;
  const fixedPauseMs = learnFixedPauseMs(pairs.get(key)?.fixedPauseMs, pauseMs, lastBytes, linkBytesPerSecond);
  pairs.set(key, { linkBytesPerSecond, fixedPauseMs });
}
