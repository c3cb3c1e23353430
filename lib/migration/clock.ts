/**
 * One migration's clock: monotonic, and the same for this process and for the addon's event thread, which stamps libvirt's events on
 * arrival. So what both hosts did can be put on one line; what a host has stamped itself is brought to it by `HostClock`.
 */
export class Clock {
  readonly #startNs = process.hrtime.bigint();
  readonly startedAt = new Date();

  /** Milliseconds from the start to a stamp of the monotonic clock, by default to now. */
  atMs(stampNs: bigint = process.hrtime.bigint()): number {
    return Number(stampNs - this.#startNs) / 1e6;
  }

  /** The stamp of a moment in milliseconds from the start, by default of now. */
  stampNs(atMs?: number): bigint {
    return atMs === undefined ? process.hrtime.bigint() : this.#startNs + BigInt(Math.round(atMs * 1e6));
  }
}
