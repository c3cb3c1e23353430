import { formatTable } from '../../lib/cli/format.js';
import { formatBytes, formatMs, formatShare } from '../../lib/format.js';
import { FIGURES, formatRatio } from './figures.js';
import type { ForecastSummary } from './forecasts.js';
import { isDifferent, isEnough, type Ratio } from './ratio.js';
import type { SelfTest } from './self-test.js';
import type { ScenarioSummary, StrategySummary, Summary } from './summary.js';
import type { Surroundings } from './surroundings.js';

/** A result for a terminal. */
export function summaryText({ surroundings, scenarios, nullComparison, selfTest, forecast }: Summary): string {
  return [
    ...(surroundings === undefined ? [] : [surroundingsText(surroundings)]),
    ...scenarios.map(scenarioText),
    '',
    nullComparison === null ? 'No null comparison was made.' : nullText(nullComparison),
    ...(selfTest === undefined ? [] : [selfTestText(selfTest)]),
    ...(forecast === null ? ['Nothing was forecast.'] : [forecastTable(forecast), '', forecastText(forecast)]),
  ].join('\n');
}

export function surroundingsText(surroundings: Surroundings): string {
  const { where, processors, memoryBytes, kernel, node, libvirt, hosts, accelerator } = surroundings;
  const versions = hosts
    .map(({ name, libvirt: daemon, qemu }) => `${name}: libvirt ${daemon}, QEMU ${qemu}`)
    .join('; ');
  return [
    `\n${processors}, ${formatBytes(memoryBytes)}, Linux ${kernel}, Node ${node}, libvirt ${libvirt}`,
    `${where === 'lab' ? 'hosts in namespaces of this machine' : "the user's own hosts"}, guests under ${accelerator.toUpperCase()}; ${versions}`,
  ].join('\n');
}

/** Whether the null comparison found a difference where there is none. */
export function nullText(ratio: Ratio): string {
  const head = `Null comparison, the pause of one strategy beside itself in ${ratio.pairs} pairs: ${intervalText(ratio)}`;
  if (!isEnough(ratio)) return `${head}: too few to tell anything.`;
  if (isDifferent(ratio)) return `${head}. IT DOES NOT CONTAIN 1: do not believe small differences of this run.`;
  return `${head}. It contains 1.`;
}

/** "× 0.12 (0.10…0.14, seen from ± 9 %)". */
export function intervalText({ value, low, high, level, smallestEffect }: Ratio): string {
  const seen = smallestEffect === null ? '' : `, seen from ± ${formatShare(smallestEffect)}`;
  const odds = level === 0.95 ? '' : ` at ${formatShare(level)}`;
  return `${formatRatio(value)} (${low.toFixed(2)}…${high.toFixed(2)}${odds}${seen})`;
}

export function selfTestText({ stops }: SelfTest): string {
  const words = stops.map(
    ({ truthMs, readMs, isRead }) =>
      `${formatMs(truthMs)} read as ${formatMs(readMs)}${isRead ? '' : ' (TOO FAR OFF)'}`,
  );
  return `Injected stops: ${words.join(', ')}.`;
}

/** Each strategy in each scenario, so that one can see which forecasts are to be trusted. */
export function forecastTable({ each }: ForecastSummary): string {
  const rows = each.map(({ scenario, side, runs, totalError, bytesError, pauseError, verdictRight }) => [
    `${side} in ${scenario}`,
    `${runs}`,
    ...[totalError, bytesError, pauseError, verdictRight].map(share),
  ]);
  return `\n${formatTable(['forecast off by, median', 'runs', 'total', 'bytes', 'pause', 'verdict right'], rows)}`;
}

const share = (value: number | null): string => (value === null ? '–' : formatShare(value));

export function forecastText(forecast: ForecastSummary): string {
  const { runs, totalError, bytesError, pauseError, verdictRight, failures } = forecast;
  const errors = `total ${share(totalError)}, bytes ${share(bytesError)}, pause ${share(pauseError)}`;
  const verdict = `verdict right in ${formatShare(verdictRight)}`;
  const failed = failures.map((failure) => ` No forecast: ${failure}.`).join('');
  return `Forecast against actual, median error of ${runs} runs: ${errors}; ${verdict}.${failed}`;
}

function scenarioText({ name, about, strategies }: ScenarioSummary): string {
  const header = ['median', 'completed', ...FIGURES.map(({ title }) => title), 'pause p95', 'control CPU', 'noisy'];
  const ratios = strategies.flatMap(ratioRow);
  return [
    `\n${name}: ${about}\n`,
    formatTable(header, strategies.map(figureRow)),
    ...(ratios.length === 0
      ? []
      : ['', formatTable(['times the reference', ...FIGURES.map(({ title }) => title)], ratios)]),
    ...strategies.flatMap(({ title, reasons }) => reasons.map((reason) => `${title} did not complete: ${reason}`)),
    ...strategies.flatMap(({ title, hurt }) =>
      hurt === 0 ? [] : [`${title}: the guest found itself hurt ${hurt} times`],
    ),
  ].join('\n');
}

function figureRow({ title, runs, completed, figures, control, noisy }: StrategySummary): string[] {
  return [
    title,
    `${completed}/${runs}`,
    ...FIGURES.map(({ name, format }) => (figures[name] === undefined ? '–' : format(figures[name].median))),
    formatMs(figures.pauseMs?.p95),
    control === undefined ? '–' : formatMs(control.clientMs + (control.daemonsMs ?? 0)),
    `${noisy}`,
  ];
}

function ratioRow({ title, role, ratios }: StrategySummary): string[][] {
  if (role === 'reference') return [];
  const cells = FIGURES.map(({ name }) => {
    const ratio = ratios[name];
    if (ratio === undefined) return '–';
    return `${ratio.value.toFixed(2)} (${ratio.low.toFixed(2)}…${ratio.high.toFixed(2)})`;
  });
  return [[title, ...cells]];
}
