import { type Actual, type Forecast, type ForecastError, forecastError, forecastFrom } from '../forecast/index.js';
import type { AbortRequest } from './abort.js';
import type { Clock } from './clock.js';
import type { Sides } from './connect.js';
import { withDeadline } from './deadline.js';
import { lookAhead } from './forecast.js';
import type { ResolvedOptions } from './options.js';
import type { Reporter } from './reporter.js';

/** A forecast and what came of it, side by side. */
export interface ForecastOutcome {
  readonly expected: Forecast;
  /** Its `totalMs` is without the time that the forecast itself took. */
  readonly actual: Actual;
  /** How far the forecast was off; undefined of a migration that was ended from outside, or by a fault. */
  readonly error: ForecastError | undefined;
}

/** Looking at the guest takes no longer than this, in milliseconds, its calls aside. */
const MOST_LOOKING_MS = 20_000;

/** The forecast of a run: made by it, or given to it, and held against what comes. */
export class Foresight {
  #forecast: Forecast | undefined;
  #tookMs = 0;

  get forecast(): Forecast | undefined {
    return this.#forecast;
  }

  /**
   * Takes the forecast that was given, or makes one; what stands in its way is a warning, since the migration does not need it. Resolves at once
   * when the migration is aborted.
   */
  async look(sides: Sides, options: ResolvedOptions, surroundings: Surroundings): Promise<void> {
    const { forecast: wanted } = options;
    if (typeof wanted === 'object') this.#forecast = wanted;
    if (wanted === true) this.#forecast = await this.#make(sides, options, surroundings);
    const { clock, reporter } = surroundings;
    if (this.#forecast !== undefined) reporter.tell({ type: 'forecast', atMs: clock.atMs(), forecast: this.#forecast });
  }

  async #make(
    sides: Sides,
    options: ResolvedOptions,
    { isEmulated, clock, abort, reporter }: Surroundings,
  ): Promise<Forecast | undefined> {
    const { deadlines, budget } = options;
    const checkingMs = clock.atMs();
    try {
      const looking = lookAhead(sides, options, { isEmulated, checkingMs, probe: undefined });
      const deadline = withDeadline(looking, deadlines.callMs + MOST_LOOKING_MS, 'Looking at the guest');
      const request = await Promise.race([deadline, abort.asked]);
      // Whoever has aborted does not wait for it; what it says later is of no interest.
      deadline.catch(() => {});
      if (request === undefined) return undefined;
      this.#tookMs = clock.atMs() - checkingMs;
      return forecastFrom({ ...request, budget: withoutTime(budget, this.#tookMs) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      reporter.warn({ code: 'no-forecast', message: `There is no forecast: ${why}` });
      return undefined;
    }
  }

  /**
   * The forecast and what became of it; undefined where there is none.
   *
   * @param isItsOwnEnd - whether the migration ended as it would have by itself
   */
  compare(actual: Actual, isItsOwnEnd: boolean): ForecastOutcome | undefined {
    const expected = this.#forecast;
    if (expected === undefined) return undefined;
    const counted = { ...actual, totalMs: actual.totalMs - this.#tookMs };
    return { expected, actual: counted, error: isItsOwnEnd ? forecastError(expected, counted) : undefined };
  }
}

/** What a run knows when it comes to its forecast. */
interface Surroundings {
  isEmulated: boolean;
  clock: Clock;
  abort: AbortRequest;
  reporter: Pick<Reporter, 'tell' | 'warn'>;
}

/** The budget that is left when so much time has gone: the forecast is part of the migration. */
function withoutTime(budget: ResolvedOptions['budget'], milliseconds: number): ResolvedOptions['budget'] {
  const { totalMs } = budget;
  return totalMs === undefined ? budget : { ...budget, totalMs: Math.max(totalMs - milliseconds, 1) };
}
