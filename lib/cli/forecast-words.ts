import type { Forecast, Interval, Known, Origin } from '../forecast/index.js';
import type { ForecastOutcome } from '../migration/index.js';
import { verdictInWords } from '../verdict-words.js';
import { formatBytes, formatMs, formatTable } from './format.js';

const ORIGINS: Readonly<Record<Origin, string>> = {
  given: 'as was said',
  learnt: 'as the last move between these hosts showed',
  probed: 'as a probe showed',
  measured: 'measured',
  assumed: 'assumed, since nothing is known',
};

/** The verdict, and how many of the simulated runs came to it. */
export function verdictWithConfidence(forecast: Forecast): string {
  return `${verdictInWords(forecast)} (${Math.round(forecast.confidence * 100)} % sure)`;
}

/** A forecast in one line. */
export function forecastInWords(forecast: Forecast): string {
  const { totalMs, pauseMs, passes, sentBytes } = forecast;
  return [
    verdictWithConfidence(forecast),
    ...(totalMs === undefined ? [] : [intervalInWords(totalMs, formatMs)]),
    ...(pauseMs === undefined ? [] : [`pause ${intervalInWords(pauseMs, formatMs)}`]),
    `${formatCount(passes.expected)} passes`,
    formatBytes(sentBytes.expected),
  ].join(', ');
}

type Row = readonly [name: string, interval: Interval | undefined, format: (value: number) => string];

const rowsOf = ({ totalMs, pauseMs, passes, sentBytes, lostMs }: Forecast) => ({
  total: ['total', totalMs, formatMs] as Row,
  pause: ['pause', pauseMs, formatMs] as Row,
  passes: ['passes', passes, formatCount] as Row,
  sent: ['sent', sentBytes, formatBytes] as Row,
  lost: lostMs.high > 0 ? (['work lost', lostMs, formatMs] as Row) : undefined,
});

const HEADER = ['', 'at least', 'expected', 'at most'];

const cells = ([name, interval, format]: Row): string[] =>
  interval === undefined
    ? [name, '–', '–', '–']
    : [name, format(interval.low), format(interval.expected), format(interval.high)];

/** The figures of a forecast, each with its interval. */
export function forecastTable(forecast: Forecast): string {
  const rows = Object.values(rowsOf(forecast));
  return formatTable(
    HEADER,
    rows.flatMap((row) => (row === undefined ? [] : [cells(row)])),
  );
}

/** The same with what came beside it. */
export function outcomeTable({ expected, actual }: ForecastOutcome): string {
  const { total, pause, passes, sent } = rowsOf(expected);
  const came: [Row, number | undefined][] = [
    [total, actual.totalMs],
    [pause, actual.pauseMs],
    [passes, actual.passes],
    [sent, actual.sentBytes],
  ];
  return formatTable(
    [...HEADER, 'came'],
    came.map(([row, value]) => [...cells(row), value === undefined ? '–' : row[2](value)]),
  );
}

/** Whether the verdict was right, in a sentence; undefined where the migration did not come to its own end. */
export function verdictOnForecast({ expected, error }: ForecastOutcome): string | undefined {
  if (error === undefined) return undefined;
  const said = verdictInWords(expected);
  if (error.isVerdictRight) return `The forecast was right: ${said}.`;
  return `The forecast was wrong: ${said}; it was ${verdictInWords({ ...expected, verdict: error.verdict, remedy: undefined })}.`;
}

/** Why a forecast is as it is, in sentences: what is known and from where, and what follows. Pure. */
export function explainForecast(forecast: Forecast): string[] {
  const { inputs, confidence } = forecast;
  const { used, link, dirtyRate, set, memoryBytes, fixedPause, overhead } = inputs;
  const firstPassMs = (used.value / link.value) * 1000;
  return [
    `Of ${formatBytes(memoryBytes)} of memory ${formatBytes(used.value)} are not zero (${known(used)}); the link carries ${formatBytes(link.value)}/s (${known(link)}), so the first pass takes ${formatMs(firstPassMs)}.`,
    `The guest writes ${formatBytes(dirtyRate.value)}/s (${known(dirtyRate)}) to a set of ${formatBytes(set.value)} (${known(set)})${inputs.workload.segments.length > 1 ? ', in bursts' : ''}${inputs.workload.followsCpu ? ', and computes all the time, so that a throttle slows that down' : ''}.`,
    course(forecast, firstPassMs),
    `A stop costs ${formatMs(fixedPause.value)} besides what is left to send (${known(fixedPause)}), and all that comes before and after the passes ${formatMs(overhead.value)} (${known(overhead)}).`,
    `With the policy ${forecast.policy}: ${verdictInWords(forecast)}; ${Math.round(confidence * 100)} of 100 simulated runs say the same.`,
  ];
}

/** What the rates alone lead to. */
function course({ inputs }: Forecast, firstPassMs: number): string {
  const { link, dirtyRate, set } = inputs;
  const dirtiedBytes = Math.min((dirtyRate.value * firstPassMs) / 1000, set.value);
  const ratio = dirtyRate.value / link.value;
  const meanwhile = `In that time ${formatBytes(dirtiedBytes)} become dirty again`;
  if (ratio < 1) return `${meanwhile}; each further pass is ${formatPercent(ratio)} of the one before.`;
  return `${meanwhile}, and the guest writes ${ratio.toFixed(1)} times what the link carries: the passes do not get shorter.`;
}

const known = ({ from, deviation }: Known): string => `${ORIGINS[from]}, ±${formatPercent(Math.min(deviation, 9.99))}`;

/** An interval as a person reads it. */
export function intervalInWords({ low, expected, high }: Interval, format: (value: number) => string): string {
  return `${format(expected)} (${format(low)} to ${format(high)})`;
}

function formatCount(value: number): string {
  return value.toFixed(0);
}

function formatPercent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
