import type { Pass } from '../policy/index.js';

/** As many as the engine shows a policy. */
const PASSES_KEPT = 32;

/** The passes of a simulated migration, of which one is always under way. */
export class PassLog {
  #finished: readonly Pass[] = [];
  #startedAtMs = 0;
  #dirtiedBytesPerSecond: number | undefined;
  /** The pass under way, from 1. */
  number = 1;
  /** What it had to send when it began. */
  bytes: number;

  constructor(firstBytes: number) {
    this.bytes = firstBytes;
  }

  get finished(): readonly Pass[] {
    return this.#finished;
  }

  /** Found dirty at the last boundary; undefined in the first pass. */
  get dirtyBytes(): number | undefined {
    return this.#finished.at(-1)?.dirtiedBytes;
  }

  /** The same over the time since the sync before it. */
  get dirtiedBytesPerSecond(): number | undefined {
    return this.#dirtiedBytesPerSecond;
  }

  /**
   * Ends the pass under way and begins the next.
   *
   * @param leftBytes - what the next one has to send
   * @param foundBytes - what the sync between them found, in so many milliseconds since the one before
   */
  next(atMs: number, leftBytes: number, foundBytes: number, sinceSyncMs: number): void {
    const finished: Pass = {
      number: this.number,
      startedAtMs: this.#startedAtMs,
      durationMs: atMs - this.#startedAtMs,
      dirtyBytes: this.bytes,
      dirtiedBytes: leftBytes,
    };
    this.#finished = [...this.#finished.slice(1 - PASSES_KEPT), finished];
    this.#dirtiedBytesPerSecond = (foundBytes / sinceSyncMs) * 1000;
    this.#startedAtMs = atMs;
    this.number += 1;
    this.bytes = leftBytes;
  }
}
