import { AFTERMATH_MS, beatsAround, longestSilence } from '../silence.js';
import { BeatSummary } from './beat-summary.js';
import type { Clock } from './clock.js';
import { withDeadline } from './deadline.js';
import type { GuestObserver, ObservedBeat } from './observer.js';
import type { Reporter } from './reporter.js';
import { sleep } from './sampler.js';

/** So much from before the start says what is normal, in milliseconds. */
const BEFORE_MS = 1000;
/** So long after the guest runs again it is looked at, in milliseconds. */
const AFTER_MS = 1000;
/** A guest that is not heard by then is given up, in milliseconds after it runs again. */
const SILENT_MS = 3000;
/** How often the observer is asked, and for how long beats are left with it: on their way here, and until it is known whether a stop is near. */
const ASK_MS = 1000;
const KEEP_MS = 1500;
/** The longest stretch that is summed up, and the longest around the pause, in milliseconds: at most ten lines a second, and exact where it matters. */
const STRETCH_MS = 100;
const FINE_STRETCH_MS = 5;
/** What is around the pause, in milliseconds. */
const AROUND_MS = 300;

/** When the guest stopped and when it ran again, as far as that is known. */
export interface PauseStamps {
  readonly stoppedAtMs: number | undefined;
  readonly resumedAtMs: number | undefined;
}

export const NO_PAUSE: PauseStamps = { stoppedAtMs: undefined, resumedAtMs: undefined };

export interface OutsideViewOptions {
  observer: GuestObserver;
  clock: Clock;
  /** The deadline of each answer of the observer. */
  callMs: number;
  pause: () => PauseStamps;
  reporter: Pick<Reporter, 'observe' | 'warn'>;
}

/** What somebody outside sees of a guest while it moves. It never throws, and asks for nothing while the guest stands still. */
export class OutsideView {
  readonly #options: OutsideViewOptions;
  readonly #summary = new BeatSummary((arrivalNs) => this.#mostNs(arrivalNs));
  #askedUntilNs: bigint;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(options: OutsideViewOptions) {
    this.#options = options;
    this.#askedUntilNs = options.clock.stampNs(-BEFORE_MS);
  }

  start(): void {
    this.#timer = setInterval(() => {
      const { clock, pause } = this.#options;
      const { stoppedAtMs, resumedAtMs } = pause();
      // This process has better things to do then.
      if (stoppedAtMs !== undefined && resumedAtMs === undefined) return;
      this.#asking = this.#asking.then(() => this.#ask(clock.stampNs(clock.atMs() - KEEP_MS)));
    }, ASK_MS).unref();
  }

  /**
   * Looks on for a second after the guest runs again, where it does, and sums up the rest.
   *
   * @returns the blackout in milliseconds: the longest silence about the pause, less the normal time between two beats; undefined where the guest did
   *   not stop and run again, or was not heard on both sides of that
   */
  async finish(): Promise<number | undefined> {
    const { clock, pause } = this.#options;
    clearInterval(this.#timer);
    const { stoppedAtMs, resumedAtMs } = pause();
    if (stoppedAtMs === undefined || resumedAtMs === undefined) {
      await this.#askForRest();
      return undefined;
    }
    await sleep(resumedAtMs + AFTER_MS - clock.atMs());
    let outsideMs = await this.#blackoutMs(stoppedAtMs, resumedAtMs);
    while (outsideMs === undefined && !this.#hasFailed && clock.atMs() < resumedAtMs + SILENT_MS) {
      await sleep(AFTER_MS);
      outsideMs = await this.#blackoutMs(stoppedAtMs, resumedAtMs);
    }
    await this.#askForRest();
    if (outsideMs === undefined && !this.#hasFailed) {
      const message = 'The observer did not hear the guest both before it stopped and after it ran again.';
      this.#options.reporter.warn({ code: 'observer-silent', message });
    }
    return outsideMs;
  }

  async #askForRest(): Promise<void> {
    await this.#asking;
    await this.#ask(this.#options.clock.stampNs());
    for (const observation of this.#summary.finish()) this.#options.reporter.observe(observation);
  }

  async #blackoutMs(stoppedAtMs: number, resumedAtMs: number): Promise<number | undefined> {
    const { clock } = this.#options;
    const [fromNs, resumedNs] = [clock.stampNs(stoppedAtMs), clock.stampNs(resumedAtMs)];
    const beats = await this.#beats(clock.stampNs(stoppedAtMs - BEFORE_MS), clock.stampNs());
    const [first] = beats;
    const last = beats.at(-1);
    if (first === undefined || last === undefined || first.arrivalNs > fromNs || last.arrivalNs < resumedNs)
      return undefined;
    const stop = { fromNs, toNs: clock.stampNs(resumedAtMs + AFTERMATH_MS) };
    const silence = longestSilence(beatsAround(beats, stop), stop);
    return Math.max(Number(silence.toNs - silence.fromNs) - first.periodNs, 0) / 1e6;
  }

  async #ask(untilNs: bigint): Promise<void> {
    if (untilNs <= this.#askedUntilNs) return;
    const beats = await this.#beats(this.#askedUntilNs, untilNs);
    this.#askedUntilNs = untilNs + 1n;
    for (const beat of beats) {
      for (const observation of this.#summary.add(beat)) this.#options.reporter.observe(observation);
    }
  }

  /** Whatever goes wrong with the observer is told once, and then nobody is asked any more. */
  async #beats(fromNs: bigint, toNs: bigint): Promise<readonly ObservedBeat[]> {
    if (this.#hasFailed) return [];
    const { observer, callMs, reporter } = this.#options;
    try {
      const answering = (async () => observer.window({ fromNs, toNs }))();
      return await withDeadline(answering, callMs, "Asking the observer for the guest's beats");
    } catch (error) {
      this.#hasFailed = true;
      const why = error instanceof Error ? error.message : String(error);
      reporter.warn({ code: 'observer-failed', message: `The observer does not say what it hears any more: ${why}` });
      return [];
    }
  }

  #mostNs(arrivalNs: bigint): bigint {
    const { clock, pause } = this.#options;
    const { stoppedAtMs, resumedAtMs } = pause();
    const atMs = clock.atMs(arrivalNs);
    const isNear =
      stoppedAtMs !== undefined &&
      atMs >= stoppedAtMs - AROUND_MS &&
      (resumedAtMs === undefined || atMs <= resumedAtMs + AROUND_MS);
    return BigInt(isNear ? FINE_STRETCH_MS : STRETCH_MS) * 1_000_000n;
  }
}
