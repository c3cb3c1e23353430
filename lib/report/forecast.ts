import { formatBytes, formatMs } from '../format.js';
import type { ReportFigures } from './figures.js';
import type { Run } from './run.js';

/** A forecast figure and what became of it. */
export interface ForecastRow {
  readonly name: 'pauseMs' | 'totalMs' | 'sentBytes' | 'passes';
  readonly low: number | undefined;
  readonly expected: number;
  readonly high: number | undefined;
  readonly actual: number | undefined;
  /** How far the actual figure is from the expected one, as a fraction of the actual one: 0.1 is forecast 10 % too high. */
  readonly error: number | undefined;
}

/** What each figure is called, and how it is written. */
export const FORECAST_FIGURES: Readonly<
  Record<ForecastRow['name'], { readonly title: string; readonly write: (value: number) => string }>
> = {
  pauseMs: { title: 'pause', write: formatMs },
  totalMs: { title: 'total time', write: formatMs },
  sentBytes: { title: 'sent', write: formatBytes },
  passes: { title: 'passes', write: (value) => value.toFixed(0) },
};

/** A figure of a forecast in a few words: what was expected, between what, and what came. */
export function forecastRowWords({ name, low, expected, high, actual }: ForecastRow): string {
  const { title, write } = FORECAST_FIGURES[name];
  const between = low === undefined || high === undefined ? [] : [`${write(low)} to ${write(high)}`];
  const more = [...between, ...(actual === undefined ? [] : [`came ${write(actual)}`])].join('; ');
  return `${title} ${write(expected)}${more === '' ? '' : ` (${more})`}`;
}

type Actual = Pick<ReportFigures, 'pauseMs' | 'totalMs' | 'sentBytes' | 'passes' | 'outcome'>;

/** Forecast against actual, of what was forecast. A run that did not complete has nothing to hold a forecast against. */
export function forecastRows({ forecast, end }: Run, figures: Actual): ForecastRow[] {
  if (forecast === undefined) return [];
  const isCompleted = figures.outcome === 'completed';
  const actuals = {
    pauseMs: figures.pauseMs.actual,
    // The forecast does not count the time that it took itself.
    totalMs: end?.result.forecast?.actual.totalMs ?? figures.totalMs.actual,
    sentBytes: figures.sentBytes,
    passes: figures.passes,
  };
  return (['pauseMs', 'totalMs', 'sentBytes', 'passes'] as const).flatMap((name) => {
    const { low, expected, high } = intervalOf(forecast.forecast[name]);
    if (expected === undefined) return [];
    const actual = isCompleted ? actuals[name] : undefined;
    const error = actual === undefined || actual === 0 ? undefined : expected / actual - 1;
    return [{ name, low, expected, high, actual, error }];
  });
}

/** An interval as a forecast has it, or a bare figure; the trace does not vouch for its shape. */
function intervalOf(value: unknown): Partial<Record<'low' | 'expected' | 'high', number>> {
  if (typeof value === 'number') return { expected: value };
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter(
    ([name, figure]) => ['low', 'expected', 'high'].includes(name) && typeof figure === 'number',
  );
  return Object.fromEntries(entries);
}
