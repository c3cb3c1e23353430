/** How far a migration is, and how long it may still take. Plain data. */
export interface Outlook {
  /** 0..1, of all that is going to be sent as far as can be told now; never less than before. 1 when nothing is left to send. */
  readonly progress: number;
  /** How long until the guest can be stopped if nothing changes, in milliseconds; undefined while that cannot be told, or never comes. */
  readonly etaMs: number | undefined;
}

/** What it is told by: bytes of memory and disks together. */
export interface OutlookReading {
  /** What was dealt with: sent, or found to be zero. */
  readonly doneBytes: number;
  /** What is left of this pass. */
  readonly remainingBytes: number;
  /** How long this pass has been going on. */
  readonly passMs: number;
  readonly linkBytesPerSecond: number | undefined;
  /** How fast the guest dirties memory; undefined while that is not known: then only this pass is counted. */
  readonly dirtiedBytesPerSecond: number | undefined;
  /** With so much left the guest is stopped. */
  readonly stopBytes: number;
}

/** A pass that leaves more than this share of what it sent is not counted on to lead anywhere. */
const CONVERGING_SHARE = 0.95;

/** A pass that is shorter than QEMU's own refresh adds next to nothing. */
const MOST_PASSES = 100;

/** Bytes to send until the guest is stopped, by passes that go on as the present one; infinite where they do not converge. */
export function bytesToGo(reading: OutlookReading & { readonly linkBytesPerSecond: number }): number {
  const { remainingBytes, passMs, linkBytesPerSecond: link, dirtiedBytesPerSecond: dirtied = 0, stopBytes } = reading;
  if (link <= 0) return remainingBytes > 0 ? Number.POSITIVE_INFINITY : 0;
  let toGo = remainingBytes;
  let next = dirtied * (passMs / 1000 + remainingBytes / link);
  for (let pass = 0; next > stopBytes; pass += 1) {
    if (dirtied >= link * CONVERGING_SHARE || pass === MOST_PASSES) return Number.POSITIVE_INFINITY;
    toGo += next;
    next *= dirtied / link;
  }
  return toGo;
}

/** Adds a reading; the fraction never goes back, also when the guest turns out to dirty more than was thought. Pure. */
export function addOutlook(previous: Outlook | undefined, reading: OutlookReading): Outlook {
  const before = previous?.progress ?? 0;
  const { doneBytes, linkBytesPerSecond } = reading;
  if (doneBytes <= 0) return { progress: before, etaMs: undefined };
  const toGo =
    linkBytesPerSecond === undefined ? reading.remainingBytes : bytesToGo({ ...reading, linkBytesPerSecond });
  const progress = Math.max(before, doneBytes / (doneBytes + toGo));
  const isKnown = linkBytesPerSecond !== undefined && linkBytesPerSecond > 0 && Number.isFinite(toGo);
  return { progress, etaMs: isKnown ? (toGo / linkBytesPerSecond) * 1000 : undefined };
}
