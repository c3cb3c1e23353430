import { addLinkSample, type LinkRate } from '../policy/index.js';
import type { LinkSegment } from './simulation.js';

/** QEMU measures its bandwidth over windows of that length, in milliseconds. */
export const WINDOW_MS = 100;

type Links = readonly [LinkSegment, ...LinkSegment[]];

/** The memory stream of a simulated migration: how fast it goes, and what QEMU and the engine take that for. */
export class MemoryStream {
  readonly #links: Links;
  #linkIndex = 0;
  #windowSentBytes = 0;
  /** As QEMU measured it in its last window, in bytes per millisecond. */
  #bandwidth = 0;
  #rate: LinkRate | undefined;
  #atMs = 0;
  /** The cap in force, in bytes per second. */
  cap: number | undefined;
  sentBytes = 0;

  constructor(link: number | Links) {
    this.#links = typeof link === 'number' ? [{ fromMs: 0, bytesPerSecond: link }] : link;
  }

  /** What the link carries now, in bytes per second. */
  get linkBytesPerSecond(): number {
    return (this.#links[this.#linkIndex] ?? this.#links[0]).bytesPerSecond;
  }

  /** What goes over it now, in bytes per second: a capped QEMU sends a window's share at full speed and sleeps for the rest of the window. */
  get bytesPerSecond(): number {
    return this.#quotaBytes > 0 ? this.linkBytesPerSecond : 0;
  }

  /** When the speed changes next by itself, in milliseconds; the end of a window is another matter. */
  get nextChangeMs(): number {
    const asleepMs =
      this.#quotaBytes > 0
        ? this.#atMs + (this.#quotaBytes / this.linkBytesPerSecond) * 1000
        : Number.POSITIVE_INFINITY;
    return Math.min(this.#nextLinkMs, asleepMs);
  }

  get #nextLinkMs(): number {
    return this.#links[this.#linkIndex + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
  }

  /** What may still go over in this window. */
  get #quotaBytes(): number {
    if (this.cap === undefined) return Number.POSITIVE_INFINITY;
    const left = (this.cap * WINDOW_MS) / 1000 - this.#windowSentBytes;
    // Less than a byte is a rounding error, and would let time stand still.
    return left < 1 ? 0 : left;
  }

  /** The speed as the engine sees it. */
  get rate(): LinkRate | undefined {
    return this.#rate;
  }

  /** What QEMU believes that it can send within a time, in bytes: 0 before its first window is over. */
  sendableBytes(milliseconds: number): number {
    return this.#bandwidth * milliseconds;
  }

  /** Sends up to a moment, at most so many bytes; returns how many went over. */
  send(untilMs: number, mostBytes: number): number {
    const bytes = Math.min((this.linkBytesPerSecond * (untilMs - this.#atMs)) / 1000, this.#quotaBytes, mostBytes);
    this.sentBytes += bytes;
    this.#windowSentBytes += bytes;
    // Set, not added up: a rounding error would let the moment of a change never come.
    this.#atMs = untilMs;
    while (this.#nextLinkMs <= this.#atMs) this.#linkIndex += 1;
    return bytes;
  }

  closeWindow(): void {
    this.#bandwidth = this.#windowSentBytes / WINDOW_MS;
    this.#windowSentBytes = 0;
    this.#rate = addLinkSample(this.#rate, this.#atMs, this.sentBytes);
  }
}
