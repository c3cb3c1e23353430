import { actionWords } from '../action-words.js';
import { formatMs } from '../format.js';
import { figuresOf } from './figures.js';
import { forecastRowWords } from './forecast.js';
import type { Run } from './run.js';
import { verdictOf } from './verdict.js';

/** A run in a few lines: what became of it, and what was decided. */
export function reportText(run: Run): string {
  const { headline, sentences } = verdictOf(run);
  const { totalMs, passes, forecast } = figuresOf(run);
  return [
    `${run.name}: ${headline}`,
    ...sentences.map((sentence) => `  ${sentence}`),
    ...(totalMs.actual === undefined ? [] : [`  It took ${formatMs(totalMs.actual)} and ${passes} passes.`]),
    ...(forecast.length === 0 ? [] : [`  Forecast: ${forecast.map(forecastRowWords).join(', ')}.`]),
    ...run.decisions.map(
      ({ atMs, action }) => `  ${formatMs(atMs).padStart(9)}  ${actionWords(action)}: ${action.reason}`,
    ),
  ].join('\n');
}
