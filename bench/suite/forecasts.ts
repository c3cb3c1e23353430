import { median } from '../statistics.js';
import type { LoggedRun } from './log.js';

/** Medians over all runs that were forecast, as fractions of what came, and the part, 0..1, of verdicts that were right. */
export interface ForecastSummary {
  readonly runs: number;
  readonly totalError: number | null;
  readonly bytesError: number | null;
  readonly pauseError: number | null;
  readonly verdictRight: number;
  /** Why some could not be forecast. */
  readonly failures: readonly string[];
}

/** Sums up what became of forecasts; undefined where there were none. Pure. */
export function summariseForecasts(runs: readonly LoggedRun[]): ForecastSummary | undefined {
  const records = runs.flatMap(({ run }) => run.forecast ?? []);
  if (records.length === 0) return undefined;
  const errors = records.flatMap((record) => ('error' in record ? [record.error] : []));
  const medianOf = (values: readonly (number | undefined)[]) => {
    const there = values.flatMap((value) => value ?? []);
    return there.length === 0 ? null : median(there);
  };
  return {
    runs: errors.length,
    totalError: medianOf(errors.map(({ total }) => total)),
    bytesError: medianOf(errors.map(({ bytes }) => bytes)),
    pauseError: medianOf(errors.map(({ pause }) => pause)),
    verdictRight: errors.filter(({ isVerdictRight }) => isVerdictRight).length / Math.max(1, errors.length),
    failures: [...new Set(records.flatMap((record) => ('failure' in record ? [record.failure] : [])))],
  };
}
