import type { VerdictKind } from '../../forecast/index.js';
import { formatMs, formatShare } from '../../format.js';
import { ESCALATIONS } from '../../policy/index.js';
import { verdictInWords } from '../../verdict-words.js';
import { figuresOf } from '../figures.js';
import { FORECAST_FIGURES, type ForecastRow } from '../forecast.js';
import { type Html, html } from '../page/html.js';
import { table } from '../page/table.js';
import type { Run } from '../run.js';
import { switchoverOf } from '../switchover.js';

const VERDICTS: readonly VerdictKind[] = ['converges', 'converges-throttled', 'only-post-copy', 'not-within-budget'];

const HEADER = ['', 'forecast', 'between', 'actual', 'off by'];

/** What was forecast before the start, what QEMU expected just before the stop, and what became of it. */
export function forecastTable(run: Run): Html {
  const figures = figuresOf(run);
  const atTheStop = expectedAtTheStop(run, figures.pauseMs.actual);
  const rows = [...figures.forecast.map(rowOf), ...(atTheStop === undefined ? [] : [atTheStop])];
  return html`${figures.forecast.length === 0 ? html`<p class="soft">This run was not forecast before its start.</p>` : html`<p>${verdictWords(run)}</p>`}
${rows.length === 0 ? undefined : table({ caption: 'What was expected, and what came', header: HEADER, rows })}`;
}

/** The verdict of the forecast, and the one on what came. */
function verdictWords({ forecast, end }: Run): string {
  const { verdict, throttle, remedy, confidence } = forecast?.forecast ?? {};
  const wasForecast = VERDICTS.find((kind) => kind === verdict);
  if (wasForecast === undefined) return '';
  const asNumber = (value: unknown) => (typeof value === 'number' ? value : undefined);
  const share = asNumber(confidence);
  const said = verdictInWords({
    verdict: wasForecast,
    throttle: asNumber(throttle),
    remedy: ESCALATIONS.find((escalation) => escalation === remedy),
  });
  const { error } = end?.result.forecast ?? {};
  const came =
    error === undefined
      ? ''
      : error.isVerdictRight
        ? ' It was right.'
        : ` It was wrong: ${verdictInWords({ verdict: error.verdict, throttle: end?.result.forecast?.actual.throttle, remedy: undefined })}.`;
  return `The verdict was: ${said}${share === undefined ? '' : `, as in ${formatShare(share)} of the simulated runs`}.${came}`;
}

function rowOf({ name, low, expected, high, actual, error }: ForecastRow): string[] {
  const { title, write } = FORECAST_FIGURES[name];
  return [
    title,
    write(expected),
    low === undefined || high === undefined ? '–' : `${write(low)} and ${write(high)}`,
    actual === undefined ? '–' : write(actual),
    error === undefined ? '–' : errorWords(error),
  ];
}

/** QEMU's own estimate in the last sample before the stop: what the policy had to go by. */
function expectedAtTheStop(run: Run, actual: number | undefined): string[] | undefined {
  const { stoppedAtMs } = switchoverOf(run) ?? {};
  if (stoppedAtMs === undefined || actual === undefined) return undefined;
  const last = run.samples.atMs.findLastIndex((atMs) => atMs <= stoppedAtMs);
  const expected = run.samples.expectedPauseMs[last] ?? Number.NaN;
  if (Number.isNaN(expected)) return undefined;
  return [
    'pause, by QEMU just before the stop',
    formatMs(expected),
    '–',
    formatMs(actual),
    errorWords(expected / actual - 1),
  ];
}

function errorWords(error: number): string {
  return `${error >= 0 ? '+' : '−'}${formatShare(Math.abs(error))}`;
}
