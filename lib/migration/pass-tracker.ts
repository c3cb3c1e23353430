import type { RecordedPass } from '../forecast/index.js';
import type { JobStats } from '../libvirt/index.js';

/** What one reading of the job's statistics says about passes. */
export interface PassReading {
  atMs: number;
  /** QEMU's count of dirty-bitmap syncs, libvirt's "iteration". */
  syncs: number;
  remainingBytes: number;
  processedBytes: number;
  /** The fraction of CPU time that the guest does not get, 0..1. */
  throttle: number;
}

/** What is missing in the statistics is taken for 0. */
export function readingOf(stats: JobStats, atMs: number): PassReading {
  return {
    atMs,
    syncs: stats.memoryIteration ?? 0,
    remainingBytes: stats.memoryRemainingBytes ?? 0,
    processedBytes: stats.memoryProcessedBytes ?? 0,
    throttle: (stats.autoConvergeThrottlePercent ?? 0) / 100,
  };
}

/** At a sync that ends a pass QEMU has next to nothing left to send; this share of what the pass had to send still counts as that. */
const LEFT_SHARE = 0.02;

/** QEMU syncs as soon as what is left could be sent within the downtime limit, and sends on while the reading is under way. */
const READING_MS = 150;

/**
 * Tells true passes from QEMU's syncs. QEMU ends a pass with a sync, but not every sync ends a pass: while it throttles the guest it
 * syncs every five seconds as well, in mid-pass. What tells them apart is how much was left to send: before a sync that ends a pass it
 * is no more than the downtime limit lets through. The count need not begin at 0: it may go on from an earlier, cancelled migration.
 */
export class PassTracker {
  readonly #finished: RecordedPass[] = [];
  #last: PassReading | undefined;
  #current = { number: 1, startedAtMs: 0, dirtyBytes: 0 };
  /** Of the pass under way: what was processed before it, and the throttle over its time. */
  #processedBefore = 0;
  #throttledMs = 0;
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

  get finished(): readonly RecordedPass[] {
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
      this.#begin(1, reading);
      this.#processedBefore = 0;
      return;
    }
    this.#throttledMs += reading.throttle * (reading.atMs - last.atMs);
    // The first pass has to send everything: before the first sync QEMU does not say how much that is.
    if (this.#finished.length === 0) {
      this.#current.dirtyBytes = Math.max(this.#current.dirtyBytes, reading.remainingBytes);
    }
    if (reading.syncs <= last.syncs) return;
    const toleranceMs = downtimeLimitMs + READING_MS;
    const allowance = Math.max(this.#current.dirtyBytes * LEFT_SHARE, ((linkBytesPerSecond ?? 0) / 1000) * toleranceMs);
    const leftBytes = Math.max(0, last.remainingBytes - (reading.processedBytes - last.processedBytes));
    if (leftBytes > allowance && !this.#isFirstSync(last)) return;
    const durationMs = reading.atMs - this.#current.startedAtMs;
    this.#finished.push({
      ...this.#current,
      durationMs,
      dirtiedBytes: reading.remainingBytes,
      sentBytes: reading.processedBytes - this.#processedBefore,
      throttle: durationMs > 0 ? this.#throttledMs / durationMs : reading.throttle,
    });
    this.#begin(this.#current.number + 1, reading);
    this.#isAtBoundary = true;
  }

  #begin(number: number, { atMs, remainingBytes, processedBytes }: PassReading): void {
    this.#current = { number, startedAtMs: atMs, dirtyBytes: remainingBytes };
    this.#processedBefore = processedBytes;
    this.#throttledMs = 0;
  }

  /**
   * QEMU never syncs within the first pass, so that the first sync once memory went over ends it, however much seemed to be left: zero pages
   * are passed over much faster than others are sent.
   */
  #isFirstSync(last: PassReading): boolean {
    return this.#finished.length === 0 && last.processedBytes > 0;
  }
}
