import type { RecordedPass } from '../forecast/index.js';
import { median } from '../statistics.js';

/** What was learnt of moves between two hosts, in this process: medians over the last ones, since a single one may be far off. */
export interface PairHistory {
  /** Speed of the memory stream in bytes per second. */
  readonly linkBytesPerSecond: number;
  /** What a stop costs with nothing left to send, in milliseconds. Undefined, as what follows, where no move has shown it. */
  readonly fixedPauseMs: number | undefined;
  /** The same of the stop at which post-copy begins. */
  readonly postCopyPauseMs: number | undefined;
  /** What came between the checks and the first pass, and after the pause, in milliseconds. */
  readonly overheadMs: number | undefined;
}

/** What was learnt of a guest when it was moved last, in this process. */
export interface GuestHistory {
  /** Memory that was not zero, in bytes; undefined where it was not said. */
  readonly usedBytes: number | undefined;
  /** Whether it dirtied too much in its first pass for a soft landing. */
  readonly wasBusy: boolean;
  /** Its passes, as far as they show what it dirties. */
  readonly passes: readonly RecordedPass[];
}

/** What a finished move teaches. */
export interface Lesson extends PairHistory, GuestHistory {}

/** A stop costs about so much where nothing was learnt yet, in milliseconds: libvirt's handshakes and QEMU's device state. */
export const USUAL_FIXED_PAUSE_MS = 30;
/** The same of the stop at which post-copy begins: next to nothing is sent in it. */
export const USUAL_POST_COPY_PAUSE_MS = 15;

/** So many moves count: enough to outvote one that went wrong, few enough to follow a link that has changed. */
const COUNTED = 5;
/** So many moves between two hosts are remembered, of whatever guests. */
const REMEMBERED = 100;

interface PairLesson extends PairHistory {
  readonly guestUuid: string;
}

const pairs = new Map<string, readonly PairLesson[]>();
const guests = new Map<string, GuestHistory>();

const keyOf = (sourceUuid: string, destinationUuid: string): string => `${sourceUuid} ${destinationUuid}`;

/**
 * What is known of moves from one host to another; undefined before the first one. What a stop costs and what comes around the passes depends on the
 * guest as well: those of other guests count only where this one has shown nothing.
 */
export function historyOf(sourceUuid: string, destinationUuid: string, guestUuid: string): PairHistory | undefined {
  const known = pairs.get(keyOf(sourceUuid, destinationUuid));
  if (known === undefined) return undefined;
  const of = (name: keyof PairHistory, lessons = known): number | undefined => {
    const values = lessons.flatMap((lesson) => lesson[name] ?? []).slice(-COUNTED);
    return values.length === 0 ? undefined : median(values);
  };
  const own = known.filter((lesson) => lesson.guestUuid === guestUuid);
  const preferablyOf = (name: keyof PairHistory) => of(name, own) ?? of(name);
  return {
    linkBytesPerSecond: median(known.slice(-COUNTED).map(({ linkBytesPerSecond }) => linkBytesPerSecond)),
    fixedPauseMs: preferablyOf('fixedPauseMs'),
    postCopyPauseMs: preferablyOf('postCopyPauseMs'),
    overheadMs: preferablyOf('overheadMs'),
  };
}

/** What is known of a guest; undefined before its first move. */
export function guestHistoryOf(guestUuid: string): GuestHistory | undefined {
  return guests.get(guestUuid);
}

/** Learns from a completed move. */
export function learnFrom(sourceUuid: string, destinationUuid: string, guestUuid: string, lesson: Lesson): void {
  const { linkBytesPerSecond, fixedPauseMs, postCopyPauseMs, overheadMs, ...ofGuest } = lesson;
  const key = keyOf(sourceUuid, destinationUuid);
  const ofPair = { guestUuid, linkBytesPerSecond, fixedPauseMs, postCopyPauseMs, overheadMs };
  pairs.set(key, [...(pairs.get(key) ?? []), ofPair].slice(-REMEMBERED));
  guests.set(guestUuid, { ...ofGuest, usedBytes: ofGuest.usedBytes ?? guests.get(guestUuid)?.usedBytes });
}
