/** An event that its host has stamped with its own wall clock, and this process on arrival with one monotonic clock. */
export interface StampedEvent {
  readonly stampMs: number;
  readonly arrivedAtMs: number;
}

/** How much faster one clock may be than another: quartz differs by less, and what sets it right is not much quicker. */
const DRIFT = 1e-4;

/** An event that is said to have come later than this has not: somebody has set the clock meanwhile. In milliseconds. */
export const MOST_LATE_MS = 400;

/** Events further away than this tell nothing any more: the clocks may have drifted by more than an event is late. */
const WINDOW_MS = 60_000;

/**
 * When things happened on another host, by this process's clock. What the host's clock shows is not known, but no event arrives before it
 * has happened: the one that took the least time says how the clocks stand, within that time, and all others were late by what they
 * took more. (The minimum filter of NTP, for one direction: D. Mills, RFC 5905, section 10.)
 */
export class HostClock {
  readonly #events: StampedEvent[] = [];

  /** Any event of the host, of whatever guest: the more there are, the less time the quickest took. */
  note(event: StampedEvent): void {
    this.#events.push(event);
    while ((this.#events[0]?.arrivedAtMs ?? Number.POSITIVE_INFINITY) < event.arrivedAtMs - WINDOW_MS) {
      this.#events.shift();
    }
  }

  /**
   * The moment of an event, on the clock of its arrival. Never later than the arrival, at most {@link MOST_LATE_MS} before it, and the arrival
   * itself where nothing more is known.
   */
  happenedAtMs({ stampMs, arrivedAtMs }: StampedEvent): number {
    const offsetMs = arrivedAtMs - stampMs;
    let leastMs = offsetMs;
    for (const other of this.#events) {
      const otherMs = other.arrivedAtMs - other.stampMs + DRIFT * Math.abs(other.arrivedAtMs - arrivedAtMs);
      // One that is further off was stamped when the clock was set otherwise.
      if (otherMs >= offsetMs - MOST_LATE_MS) leastMs = Math.min(leastMs, otherMs);
    }
    return arrivedAtMs - (offsetMs - leastMs);
  }
}
