import { dirtyAfter } from './model.js';
import type { Segment, Workload } from './workload.js';

/** The memory of a simulated guest: how much of it became dirty since the last sync. */
export class GuestMemory {
  readonly #workload: Workload;
  readonly #memoryBytes: number;
  #segment: Segment;
  #segmentIndex = 0;
  #segmentLeftMs: number;
  #setDirtyBytes = 0;
  #backgroundDirtyBytes = 0;

  constructor(workload: Workload, memoryBytes: number) {
    this.#workload = workload;
    this.#memoryBytes = memoryBytes;
    this.#segment = workload.segments[0];
    this.#segmentLeftMs = this.#segment.durationMs;
  }

  /** Found dirty if there were a sync now. */
  get dirtyBytes(): number {
    return Math.min(this.#setDirtyBytes + this.#backgroundDirtyBytes, this.#memoryBytes);
  }

  /** What would be found dirty after so long from now without a throttle. */
  dirtiedInBytes(milliseconds: number): number {
    const background = (this.#workload.backgroundBytesPerSecond * milliseconds) / 1000;
    const rate = { bytesPerSecond: this.#segment.bytesPerSecond, setBytes: this.setBytes };
    return dirtyAfter(0, rate, this.#workload.pattern, milliseconds) + background;
  }

  get setBytes(): number {
    return Math.min(this.#segment.setBytes, this.#memoryBytes);
  }

  /** Lets the guest run; `throttle` is the fraction of CPU time that it does not get. */
  run(milliseconds: number, throttle: number): void {
    const share = this.#workload.followsCpu ? 1 - throttle : 1;
    this.#backgroundDirtyBytes += (this.#workload.backgroundBytesPerSecond * share * milliseconds) / 1000;
    let leftMs = milliseconds;
    while (leftMs > 0) {
      const stepMs = Math.min(leftMs, this.#segmentLeftMs);
      const rate = { bytesPerSecond: this.#segment.bytesPerSecond * share, setBytes: this.setBytes };
      this.#setDirtyBytes = dirtyAfter(this.#setDirtyBytes, rate, this.#workload.pattern, stepMs);
      leftMs -= stepMs;
      this.#segmentLeftMs -= stepMs;
      if (this.#segmentLeftMs <= 0) this.#nextSegment();
    }
  }

  /**
   * How many of the bytes found dirty are among those of the pass under way: a sweep goes on to other pages until it comes round, while
   * writes anywhere in the set hit the pass in proportion.
   */
  overlapBytes(foundBytes: number, passBytes: number): number {
    const { setBytes } = this;
    if (this.#workload.pattern === 'sweep') return Math.min(Math.max(foundBytes + passBytes - setBytes, 0), foundBytes);
    return foundBytes * Math.min(passBytes / Math.max(setBytes, 1), 1);
  }

  /** Takes what is dirty, as a sync of the bitmap does, in bytes. */
  sync(): number {
    const { dirtyBytes } = this;
    this.#setDirtyBytes = 0;
    this.#backgroundDirtyBytes = 0;
    return dirtyBytes;
  }

  #nextSegment(): void {
    const { segments } = this.#workload;
    this.#segmentIndex = (this.#segmentIndex + 1) % segments.length;
    this.#segment = segments[this.#segmentIndex] ?? segments[0];
    // A segment of no length would never let time pass.
    this.#segmentLeftMs = Math.max(this.#segment.durationMs, 1);
  }
}
