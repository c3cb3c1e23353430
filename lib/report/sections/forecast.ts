import { formatBytes, formatMs, formatShare } from '../../format.js';
import { figuresOf } from '../figures.js';
import type { ForecastRow } from '../forecast.js';
import { type Html, html } from '../page/html.js';
import { table } from '../page/table.js';
import type { Run } from '../run.js';

const TITLES: Readonly<Record<ForecastRow['name'], readonly [string, (value: number) => string]>> = {
  pauseMs: ['pause', formatMs],
  totalMs: ['total time', formatMs],
  sentBytes: ['sent', formatBytes],
  passes: ['passes', (value) => value.toFixed(0)],
};

/** What was forecast, and what became of it. */
export function forecastTable(run: Run): Html {
  const rows = figuresOf(run).forecast;
  if (rows.length === 0) return html`<p class="soft">This run was not forecast.</p>`;
  return table({
    caption: 'Forecast against actual',
    header: ['', 'forecast', 'between', 'actual', 'off by'],
    rows: rows.map(({ name, low, expected, high, actual, error }) => {
      const [title, write] = TITLES[name];
      return [
        title,
        write(expected),
        low === undefined || high === undefined ? '–' : `${write(low)} and ${write(high)}`,
        actual === undefined ? '–' : write(actual),
        error === undefined ? '–' : `${error >= 0 ? '+' : '−'}${formatShare(Math.abs(error))}`,
      ];
    }),
  });
}
