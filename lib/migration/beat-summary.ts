import type { Observation, ObservedBeat } from './observer.js';

/**
 * Sums up beats in stretches of time. A stretch ends with a beat; a silence that is longer than a stretch may be is one by itself, so that its
 * begin and its end are exact.
 */
export class BeatSummary {
  readonly #mostNs: (arrivalNs: bigint) => bigint;
  #first: ObservedBeat | undefined;
  #last: ObservedBeat | undefined;
  #beats = 0;
  #longestSilenceNs = 0n;

  /** @param mostNs - how long a stretch may be that ends at this moment */
  constructor(mostNs: (arrivalNs: bigint) => bigint) {
    this.#mostNs = mostNs;
  }

  /** Takes a beat in, and gives back the stretches that are complete with it. */
  add(beat: ObservedBeat): Observation[] {
    const mostNs = this.#mostNs(beat.arrivalNs);
    const before = this.#lasts(beat, mostNs) ? this.finish() : [];
    this.#first ??= beat;
    if (this.#last !== undefined) {
      const silenceNs = beat.arrivalNs - this.#last.arrivalNs;
      if (silenceNs > this.#longestSilenceNs) this.#longestSilenceNs = silenceNs;
      this.#beats += 1;
    }
    this.#last = beat;
    return beat.arrivalNs - this.#first.arrivalNs >= mostNs ? [...before, ...this.finish()] : before;
  }

  /** Gives back the stretch that is not complete, if there is any. */
  finish(): Observation[] {
    const [first, last, beats] = [this.#first, this.#last, this.#beats];
    if (first === undefined || last === undefined || beats === 0) return [];
    const longestSilenceNs = this.#longestSilenceNs;
    this.#first = last;
    this.#beats = 0;
    this.#longestSilenceNs = 0n;
    const { arrivalNs: fromNs } = first;
    return [{ fromNs, toNs: last.arrivalNs, beats, workPages: workBetween(first, last), longestSilenceNs }];
  }

  /** Whether the stretch would be too long with this beat. */
  #lasts({ arrivalNs }: ObservedBeat, mostNs: bigint): boolean {
    return this.#first !== undefined && this.#beats > 0 && arrivalNs - this.#first.arrivalNs > mostNs;
  }
}

function workBetween(first: ObservedBeat, last: ObservedBeat): number | undefined {
  if (first.workPages === undefined || last.workPages === undefined) return undefined;
  return Math.max(last.workPages - first.workPages, 0);
}
