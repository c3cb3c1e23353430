/** A sign of life of a guest, as somebody outside of both hosts received it. */
export interface ObservedBeat {
  /** When it arrived, on the clock of `process.hrtime.bigint()` of the machine that this process runs on. */
  readonly arrivalNs: bigint;
  /** The normal time between two beats. */
  readonly periodNs: number;
  /** The work that the guest has done so far, in pages or in whatever else it counts; undefined where it does not say. */
  readonly workPages?: number | undefined;
}

/**
 * Whoever receives a guest's beats outside of both hosts, and keeps the newest for a few seconds at least. The heartbeats of a lab's guest
 * are one: `migrate({ observer: guest.heartbeats })`.
 */
export interface GuestObserver {
  /** The beats that arrived in [fromNs, toNs], in the order of their arrival. Asked for about once a second. */
  window(stretch: { fromNs: bigint; toNs: bigint }): readonly ObservedBeat[] | Promise<readonly ObservedBeat[]>;
}

/** What was received in a stretch of time, from one beat to a later one: the stretches of a run follow each other without a hole. */
export interface Observation {
  /** The arrival of the beat that it begins with, which is not counted in it. */
  readonly fromNs: bigint;
  /** The arrival of its last beat. */
  readonly toNs: bigint;
  readonly beats: number;
  /** Undefined where the guest does not say. */
  readonly workPages: number | undefined;
  /** The longest time from one beat to the next. */
  readonly longestSilenceNs: bigint;
}
