import type { Action } from './action.js';
import { type LandingStep, land } from './landing.js';
import type { View } from './view.js';

/** A guest that changes its ways may need a second one. */
const ATTEMPTS = 2;

/** Where the soft landing stands: it is taken back when it does not work, and tried once more. */
export class LandingGear {
  /** Whether the policy leaves the last moments before the stop to the engine. */
  readonly isWanted: boolean;
  #landing: LandingStep['landing'];
  readonly #isKnownBusy: boolean;
  #failures = 0;

  /** @param isKnownBusy - whether the guest was seen to be too busy for it when it was moved last */
  constructor(isWanted: boolean, isKnownBusy = false) {
    this.isWanted = isWanted;
    this.#isKnownBusy = isKnownBusy;
    this.#landing = isWanted ? undefined : 'over';
  }

  /** While the landing is under way the passes are short and the stream is slow on purpose: a policy would draw the wrong conclusions. */
  get isDown(): boolean {
    return this.#landing !== undefined && this.#landing !== 'over';
  }

  /** Whether there is none, and will be none any more. */
  get isOver(): boolean {
    return this.#landing === 'over';
  }

  /** What to do for the landing at this view; nothing most of the time. */
  next(view: View): readonly Action[] {
    const { landing, actions } = land(view, this.#landing, this.#isKnownBusy);
    if (landing === 'over' && actions.length > 0) this.#failures += 1;
    this.#landing = landing === 'over' && this.isWanted && this.#failures < ATTEMPTS ? undefined : landing;
    return actions;
  }
}
