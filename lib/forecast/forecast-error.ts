import type { Budget } from '../policy/index.js';
import type { Forecast } from './forecast.js';
import { type Ending, type VerdictKind, verdictOf } from './verdict.js';

/** What really became of a migration that was forecast. */
export interface Actual extends Omit<Ending, 'pauseMs'> {
  readonly passes: number;
  /** Undefined where it was not seen. */
  readonly sentBytes: number | undefined;
  /** Undefined where there was none. */
  readonly pauseMs: number | undefined;
}

/** How far a forecast was off: differences from the actual figures as fractions of them, undefined where one of both is missing. */
export interface ForecastError {
  readonly total: number | undefined;
  readonly bytes: number | undefined;
  readonly pause: number | undefined;
  readonly passes: number;
  readonly isVerdictRight: boolean;
  /** The verdict on what happened. */
  readonly verdict: VerdictKind;
}

/** Compares a forecast with what happened. Pure. */
export function forecastError(forecast: Forecast, actual: Actual, budget: Budget = forecast.budget): ForecastError {
  const verdict = verdictOf({ ...actual, pauseMs: actual.pauseMs ?? 0 }, budget);
  return {
    total: relative(forecast.totalMs?.expected, actual.totalMs),
    bytes: relative(forecast.sentBytes.expected, actual.sentBytes),
    pause: relative(forecast.pauseMs?.expected, actual.pauseMs),
    passes: Math.abs(forecast.passes.expected - actual.passes),
    isVerdictRight: verdict === forecast.verdict,
    verdict,
  };
}

function relative(expected: number | undefined, actual: number | undefined): number | undefined {
  return expected === undefined || !actual ? undefined : Math.abs(expected / actual - 1);
}
