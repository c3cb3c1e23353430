import { type Action, type LandingStep, land, type View } from '../policy/index.js';

/** Where the soft landing stands: it is tried once, and taken back when it does not work. */
export class LandingGear {
  /** Whether the policy leaves the last moments before the stop to the engine. */
  readonly isWanted: boolean;
  readonly #isFine: boolean;
  #landing: LandingStep['landing'];

  /**
   * @param isWanted - whether the policy leaves the last moments before the stop to the engine
   * @param isFine - whether QEMU's threshold can be set to next to nothing
   */
  constructor(isWanted: boolean, isFine: boolean) {
    this.isWanted = isWanted;
    this.#landing = isWanted ? undefined : 'over';
    this.#isFine = isFine;
  }

  /** While the landing is under way the passes are short and the stream is slow on purpose: a policy would draw the wrong conclusions. */
  get isDown(): boolean {
    return this.#landing !== undefined && this.#landing !== 'over';
  }

  /** What to do for the landing at this view; nothing most of the time. */
  next(view: View): readonly Action[] {
    const { landing, actions } = land(view, this.#landing, this.#isFine);
    this.#landing = landing;
    return actions;
  }
}
