import type { RecordedPass } from '../forecast/index.js';
import type { JobStats } from '../libvirt/index.js';
import type { Limits } from './actuators.js';

/** What one reading of the job's statistics says about passes. */
export interface PassReading {
  atMs: number;
  /** QEMU's own measure of the stream, from which it reckons what the downtime limit lets through; absent where it has none yet. */
  bytesPerSecond?: number | undefined;
  /** QEMU's count of dirty-bitmap syncs, libvirt's "iteration". */
  syncs: number;
  remainingBytes: number;
  processedBytes: number;
  /** The fraction of CPU time that the guest does not get, 0..1. */
  throttle: number;
}

/** What is in force, as far as it makes a difference to passes. */
export type PassLimits = Pick<Limits, 'downtimeLimitMs' | 'postCopyActive'>;

/** What is missing in the statistics is taken for 0. QEMU's measure of the stream is missing before its first 100 ms are over. */
export function readingOf(stats: JobStats, atMs: number): PassReading {
  return {
    atMs,
    ...(stats.memoryBytesPerSecond ? { bytesPerSecond: stats.memoryBytesPerSecond } : {}),
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

/** While it throttles, QEMU looks so often, in milliseconds, and syncs in mid-pass where nothing has been synced since its last look. */
const LOOK_EVERY_MS = 5000;

/** A throttled processor sleeps for a second at most; what sends nothing for longer after a sync is a dead link. */
const LONGEST_WAIT_MS = 1200;

/** A look is told of by so much later than it took place, in milliseconds. */
const TOLD_LATE_MS = 50;

/** A look that is overdue by so much, in milliseconds, does not come: QEMU does not look, or not when it is thought to. */
const OVERDUE_MS = 100;

/**
 * When QEMU looks. `never`: auto-converge is off, and every sync ends a pass. `from-start`: it is on, and the first reading is of a job that has
 * just begun, which is when QEMU begins to look. `unknown`: the job is somebody else's.
 */
export type Looks = 'never' | 'from-start' | 'unknown';

/**
 * Tells true passes from QEMU's syncs. QEMU ends a pass with a sync, but not every sync ends a pass: while it throttles the guest it
 * looks every five seconds as well, and syncs in mid-pass. What tells them apart is how much was left to send: before a sync that ends a pass
 * it is no more than the downtime limit lets through. Where a look falls close to the end of a pass, what was due first has made the sync. The
 * count need not begin at 0: it may go on from an earlier, cancelled migration.
 *
 * @see QEMU, migration/cpu-throttle.c: cpu_throttle_dirty_sync_timer_tick
 */
export class PassTracker {
  readonly #finished: RecordedPass[] = [];
  #last: PassReading | undefined;
  #current = { number: 1, startedAtMs: 0, dirtyBytes: 0 };
  /** Of the pass under way: what was processed before it, and the throttle over its time. */
  #processedBefore = 0;
  #throttledMs = 0;
  #isAtBoundary = false;
  /** The last sync of either kind. */
  #synced: Pick<PassReading, 'atMs' | 'processedBytes'> = { atMs: Number.NEGATIVE_INFINITY, processedBytes: 0 };
  readonly #looks: Looks;
  /** When QEMU last looked in vain or synced in mid-pass, as far as it is known: it looks every five seconds from then on. */
  #lookedAtMs: number | undefined;

  constructor(looks: Looks) {
    this.#looks = looks;
  }

  /**
   * Whether nothing has been sent since the last sync, as while QEMU waits for the guest's processors, which a throttle keeps asleep for up to a
   * second: that says nothing about the link.
   */
  get isWaiting(): boolean {
    const { atMs = 0, processedBytes, throttle = 0 } = this.#last ?? {};
    return (
      throttle > 0 && processedBytes === this.#synced.processedBytes && atMs - this.#synced.atMs <= LONGEST_WAIT_MS
    );
  }

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
   * @param limits - what is in force: QEMU ends a pass early by the downtime limit, and post-copy begins with a sync that ends none
   */
  add(reading: PassReading, { downtimeLimitMs, postCopyActive }: PassLimits): void {
    const last = this.#last;
    this.#last = reading;
    this.#isAtBoundary = false;
    if (last === undefined) {
      this.#begin(1, reading);
      this.#processedBefore = 0;
      if (this.#looks === 'from-start') this.#lookedAtMs = reading.atMs;
      return;
    }
    this.#throttledMs += reading.throttle * (reading.atMs - last.atMs);
    // The first pass has to send everything: before the first sync QEMU does not say how much that is.
    if (this.#finished.length === 0) {
      this.#current.dirtyBytes = Math.max(this.#current.dirtyBytes, reading.remainingBytes);
    }
    if (reading.syncs <= last.syncs || postCopyActive) return;
    const isEnd =
      this.#isFirstSync(last) ||
      (this.#looks === 'never' && this.#finished.length > 0) ||
      this.#isEnd(reading, last, downtimeLimitMs);
    this.#synced = reading;
    if (!isEnd) {
      this.#lookedAtMs = reading.atMs;
      return;
    }
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

  /** Whether the sync between two readings ended the pass; the first one does in any case. */
  #isEnd(reading: PassReading, last: PassReading, downtimeLimitMs: number): boolean {
    // It is low for 100 ms after QEMU has waited, and it may be the next measure that lets what is left through.
    const linkBytesPerMs = Math.max(last.bytesPerSecond ?? 0, reading.bytesPerSecond ?? 0) / 1000;
    const allowance = Math.max(this.#current.dirtyBytes * LEFT_SHARE, linkBytesPerMs * (downtimeLimitMs + READING_MS));
    if (last.remainingBytes - (reading.processedBytes - last.processedBytes) > allowance) return false;
    const dueAtMs = this.#nextLookAtMs();
    if (dueAtMs === undefined || dueAtMs > reading.atMs + TOLD_LATE_MS || dueAtMs < last.atMs - OVERDUE_MS) return true;
    // A sync may keep QEMU from answering for a second, in which it sends on: what counts is what was left when the look was due.
    const leftBytes = last.remainingBytes - linkBytesPerMs * Math.max(0, dueAtMs - last.atMs);
    return leftBytes <= linkBytesPerMs * downtimeLimitMs;
  }

  /** When QEMU is to look next and will find that there was no sync since the look before. */
  #nextLookAtMs(): number | undefined {
    if (this.#lookedAtMs === undefined) return undefined;
    const looksSince = Math.max(0, Math.ceil((this.#synced.atMs - this.#lookedAtMs) / LOOK_EVERY_MS));
    return this.#lookedAtMs + (looksSince + 1) * LOOK_EVERY_MS;
  }

  /**
   * QEMU never syncs within the first pass, so that the first sync once memory went over ends it, however much seemed to be left: zero pages
   * are passed over much faster than others are sent.
   */
  #isFirstSync(last: PassReading): boolean {
    return this.#finished.length === 0 && last.processedBytes > 0;
  }
}
