import { Cast } from './cast.js';
import { measure } from './measure.js';
import type { Run } from './run.js';
import type { Scenario } from './scenario.js';
import type { Stage } from './stage.js';
import { nameOf, type Strategy } from './strategy.js';

/** The first migrations of a guest differ, and the engine learns of the two hosts: there and back. */
const WARM_UPS = 2;

export interface TroupeOptions {
  guest: Scenario['guest'];
  /** Moves a new guest first where it can: the engine learns meanwhile, others learn nothing. */
  warmUpBy: Strategy;
  /** After so long a migration is aborted and counts as failed, in milliseconds. */
  deadlineMs: number;
  /** Goes on beside each migration, until its signal fires; undone when it settles. */
  beside?: (signal: AbortSignal) => Promise<void>;
  /** Whether measured moves are forecast before, where the strategy can be. */
  isForecast?: boolean;
  signal: AbortSignal;
  /** Told of each run. */
  onRun: (strategy: string, run: Run, note: string) => void;
}

/** Has guests moved: warms them up before their first measured migration, and replaces one that a failure may have hurt. */
export class Troupe implements AsyncDisposable {
  readonly #cast: Cast;
  readonly #options: TroupeOptions;
  readonly #warm = new Set<string>();

  constructor(stage: Stage, options: TroupeOptions) {
    this.#cast = new Cast(stage, options.guest, options.signal);
    this.#options = options;
  }

  /** Measures a strategy once. A warm-up that fails is all there is then. */
  async play(strategy: Strategy, note: string): Promise<Run> {
    return (await this.#warmUp(strategy)) ?? this.#once(strategy, note, this.#options.isForecast === true);
  }

  /** Moves the strategy's guest there and back where that was not done yet; gives the run that failed. */
  async #warmUp(strategy: Strategy): Promise<Run | undefined> {
    const { warmUpBy } = this.#options;
    const { guest } = await this.#cast.contender(strategy);
    if (this.#warm.has(guest.name)) return undefined;
    const mover = (await this.#cast.contender(warmUpBy)).guest === guest ? warmUpBy : strategy;
    for (let count = 0; count < WARM_UPS; count += 1) {
      const run = await this.#once(mover, 'warm-up', false);
      if (run.outcome === 'failed') return run;
    }
    this.#warm.add(guest.name);
    return undefined;
  }

  async #once(strategy: Strategy, note: string, isForecast: boolean): Promise<Run> {
    const { deadlineMs, beside, signal, onRun } = this.#options;
    const contender = await this.#cast.contender(strategy);
    const run = await measure(contender, {
      ...{ others: this.#cast.guests, deadlineMs, isForecast, signal },
      ...(beside === undefined ? {} : { beside }),
    });
    onRun(nameOf(strategy), run, note);
    if (run.outcome === 'failed') {
      this.#warm.delete(contender.guest.name);
      await this.#cast.dismiss(contender.guest);
    }
    return run;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#cast[Symbol.asyncDispose]();
  }
}
