import { median } from '../statistics.js';
import type { LoggedRun } from './log.js';

/** Medians over runs that were forecast, as fractions of what came, and the part, 0..1, of verdicts that were right. */
export interface ForecastErrors {
  readonly runs: number;
  readonly totalError: number | null;
  readonly bytesError: number | null;
  readonly pauseError: number | null;
  readonly verdictRight: number;
}

export interface ForecastSummary extends ForecastErrors {
  /** Of each strategy in each scenario. */
  readonly each: readonly (ForecastErrors & Pick<LoggedRun, 'scenario' | 'side'>)[];
  /** Why some could not be forecast. */
  readonly failures: readonly string[];
}

/** Sums up what became of forecasts; undefined where there were none. Pure. */
export function summariseForecasts(runs: readonly LoggedRun[]): ForecastSummary | undefined {
  const records = runs.flatMap(({ run }) => run.forecast ?? []);
  if (records.length === 0) return undefined;
  const keyOf = ({ scenario, side }: LoggedRun) => `${scenario} ${side}`;
  const firsts = runs.filter((run, index) => runs.findIndex((other) => keyOf(other) === keyOf(run)) === index);
  return {
    ...errorsOf(runs),
    each: firsts
      .map(({ scenario, side }) => ({
        ...{ scenario, side },
        ...errorsOf(runs.filter((run) => run.scenario === scenario && run.side === side)),
      }))
      .filter((errors) => errors.runs > 0),
    failures: [...new Set(records.flatMap((record) => ('failure' in record ? [record.failure] : [])))],
  };
}

function errorsOf(runs: readonly LoggedRun[]): ForecastErrors {
  const errors = runs.flatMap(({ run: { forecast } }) => (forecast && 'error' in forecast ? [forecast.error] : []));
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
  };
}
