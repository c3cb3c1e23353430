import { median } from '../statistics.js';
import type { LoggedRun } from './log.js';

/** How far forecasts were off, as fractions of what came. */
export interface ForecastError {
  readonly total: number;
  readonly bytes: number;
  readonly pause: number;
  /** Whether it converged, or did not, as was said. */
  readonly isVerdictRight: boolean;
}

/** Medians over all runs that were forecast, and the part, 0..1, of verdicts that were right. */
export interface ForecastSummary {
  readonly runs: number;
  readonly totalError: number;
  readonly bytesError: number;
  readonly pauseError: number;
  readonly verdictRight: number;
}

/** Sums up what became of forecasts; undefined where there were none. Pure. */
export function summariseForecasts(runs: readonly LoggedRun[]): ForecastSummary | undefined {
  const errors = runs.flatMap(({ forecast }) => forecast ?? []);
  if (errors.length === 0) return undefined;
  return {
    runs: errors.length,
    totalError: median(errors.map(({ total }) => total)),
    bytesError: median(errors.map(({ bytes }) => bytes)),
    pauseError: median(errors.map(({ pause }) => pause)),
    verdictRight: errors.filter(({ isVerdictRight }) => isVerdictRight).length / errors.length,
  };
}
