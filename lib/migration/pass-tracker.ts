import type { Pass } from '../policy/index.js';

/** What one reading of the job's statistics says about passes. */
export interface PassReading {
  atMs: number;
  /** QEMU's count of dirty-bitmap syncs, libvirt's "iteration". */
  syncs: number;
  remainingBytes: number;
  processedBytes: number;
}

/** At a sync that ends a pass QEMU has next to nothing left to send; this share of what the pass had to send still counts as that. */
const LEFT_SHARE = 0.1;

/** QEMU syncs as soon as what is left could be sent within the downtime limit, and sends on while the reading is under way. */
const READING_MS = 150;

/**
 * Tells true passes from QEMU's syncs. QEMU ends a pass with a sync, but not every sync ends a pass: while it throttles the guest it
 * syncs every five seconds as well, in mid-pass. What tells them apart is how much was left to send: before a sync that ends a pass it
 * is no more than the downtime limit lets through. The count need not begin at 0: it may go on from an earlier, cancelled migration.
 */
export class PassTracker {
  readonly #finished: Pass[] = [];
  #last: PassReading | undefined;
  #current = { number: 1, startedAtMs: 0, dirtyBytes: 0 };
  #isAtBoundary = false;

  /** The number of the pass that is under way, from 1; 0 before QEMU has begun. */
  get pass(): number {
    return this.#last === undefined ? 0 : this.#current.number;
  }

  /** Whether the last reading was the first one of a pass, the first pass excepted. */
  get isAtBoundary(): boolean {
    return this.#isAtBoundary;
  }

  /** Found dirty at the last boundary, in bytes; undefined in the first pass. */
  get dirtyBytes(): number | undefined {
    return this.#finished.at(-1)?.dirtiedBytes;
  }

  get finished(): readonly Pass[] {
    return this.#finished;
  }

  /**
   * Takes in a reading.
   *
   * @param linkBytesPerSecond - the present speed of the stream, as far as it is known
   * @param downtimeLimitMs - the limit in force, below which QEMU ends a pass early
   */
  add(reading: PassReading, linkBytesPerSecond: number | undefined, downtimeLimitMs: number): void {
    const last = this.#last;
    this.#last = reading;
    this.#isAtBoundary = false;
    if (last === undefined) {
      this.#current = { number: 1, startedAtMs: reading.atMs, dirtyBytes: reading.remainingBytes };
      return;
    }
    // The first pass has to send everything: before the first sync QEMU does not say how much that is.
    if (this.#finished.length === 0) {
      this.#current.dirtyBytes = Math.max(this.#current.dirtyBytes, reading.remainingBytes);
    }
    if (reading.syncs <= last.syncs) return;
    const toleranceMs = downtimeLimitMs + READING_MS;
    const allowance = Math.max(this.#current.dirtyBytes * LEFT_SHARE, ((linkBytesPerSecond ?? 0) / 1000) * toleranceMs);
    const leftBytes = Math.max(0, last.remainingBytes - (reading.processedBytes - last.processedBytes));
    if (leftBytes > allowance && !this.#isFirstSync(last)) return;
    this.#finished.push({
      ...this.#current,
      durationMs: reading.atMs - this.#current.startedAtMs,
      dirtiedBytes: reading.remainingBytes,
    });
    this.#current = {
      number: this.#current.number + 1,
      startedAtMs: reading.atMs,
      dirtyBytes: reading.remainingBytes,
    };
    this.#isAtBoundary = true;
  }

  /**
   * QEMU never syncs within the first pass, so that the first sync once memory went over ends it, however much seemed to be left: zero pages
   * are passed over much faster than others are sent.
   */
  #isFirstSync(last: PassReading): boolean {
    return this.#finished.length === 0 && last.processedBytes > 0;
  }
}
