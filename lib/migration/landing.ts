import { type Action, beginLanding, endLanding, type View } from '../policy/index.js';

/** Where the soft landing stands: it is tried once, and taken back when it does not work. */
export class LandingGear {
  #state: 'up' | 'down' | 'retracted';
  #startedAtMs = 0;
  #before: { downtimeLimitMs: number; bandwidthBytesPerSecond: number | undefined } | undefined;

  /** @param isWanted - whether the policy leaves the last moments before the stop to the engine */
  constructor(isWanted: boolean) {
    this.#state = isWanted ? 'up' : 'retracted';
  }

  /** While the landing is under way the stream is slow on purpose: a policy would draw the wrong conclusions from it. */
  get isDown(): boolean {
    return this.#state === 'down';
  }

  /** What to do for the landing at this view; nothing most of the time. */
  next(view: View): readonly Action[] {
    if (this.#state === 'retracted') return [];
    if (this.#state === 'down') {
      const actions =
        this.#before === undefined ? [] : endLanding(view, { startedAtMs: this.#startedAtMs }, this.#before);
      if (actions.length > 0) this.#state = 'retracted';
      return actions;
    }
    const actions = beginLanding(view);
    if (actions.length > 0) {
      this.#state = 'down';
      this.#startedAtMs = view.elapsedMs;
      const { downtimeLimitMs, bandwidthBytesPerSecond } = view;
      this.#before = { downtimeLimitMs, bandwidthBytesPerSecond };
    }
    return actions;
  }
}
