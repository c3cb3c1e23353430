import { formatBytes, formatMs, formatShare } from '../../format.js';
import { figuresOf, type ReportFigures } from '../figures.js';
import { bars } from '../page/bars.js';
import { type Html, html } from '../page/html.js';
import { table } from '../page/table.js';
import type { Run } from '../run.js';

const ROWS: readonly (readonly [string, (figures: ReportFigures) => string | undefined])[] = [
  ['outcome', ({ outcome }) => outcome ?? 'no result'],
  ['owner', ({ owner }) => owner],
  ['policy', ({ policy }) => policy],
  ['pause', ({ pauseMs }) => (pauseMs.actual === undefined ? undefined : formatMs(pauseMs.actual))],
  ['pause, by QEMU', ({ qemuPauseMs }) => (qemuPauseMs === undefined ? undefined : formatMs(qemuPauseMs))],
  [
    'pause, from outside',
    ({ outsidePauseMs }) => (outsidePauseMs === undefined ? undefined : formatMs(outsidePauseMs)),
  ],
  [
    'pause budget',
    ({ pauseMs }) =>
      pauseMs.budget === undefined
        ? undefined
        : `${formatMs(pauseMs.budget)}${pauseMs.isWithinBudget === undefined ? '' : pauseMs.isWithinBudget ? ' ✓' : ' ✗'}`,
  ],
  ['total time', ({ totalMs }) => (totalMs.actual === undefined ? undefined : formatMs(totalMs.actual))],
  ['sent', ({ sentBytes }) => (sentBytes === undefined ? undefined : formatBytes(sentBytes))],
  ['passes', ({ passes }) => `${passes}`],
  ['largest throttle', ({ slowdown }) => (slowdown.actual === undefined ? undefined : formatShare(slowdown.actual))],
  ['work taken by it', ({ throttledMs }) => formatMs(throttledMs)],
];

/** Several runs against each other: who pauses least, and what it cost. */
export function comparison(runs: readonly Run[]): Html {
  const all = runs.map(figuresOf);
  return html`<section><h2>Side by side</h2>
<p>${winnerWords(all)}</p>
<div class="columns">
<div class="card">${bars(
    'Pause',
    all.map(({ name, pauseMs }) => ({ name, value: pauseMs.actual })),
    formatMs,
  )}</div>
<div class="card">${bars(
    'Total time',
    all.map(({ name, totalMs }) => ({ name, value: totalMs.actual })),
    formatMs,
  )}</div>
<div class="card">${bars(
    'Sent',
    all.map(({ name, sentBytes }) => ({ name, value: sentBytes })),
    formatBytes,
  )}</div>
</div>
<div class="card below">${table({
    caption: 'The runs in figures',
    header: ['', ...all.map(({ name }) => name)],
    rows: ROWS.map(([title, value]) => [title, ...all.map((figures) => value(figures) ?? '–')]).filter(
      ([, ...values]) => values.some((value) => value !== '–'),
    ),
  })}</div></section>`;
}

function winnerWords(all: readonly ReportFigures[]): string {
  const paused = all
    .flatMap(({ name, outcome, pauseMs: { actual } }) =>
      outcome === 'completed' && actual !== undefined ? [{ name, actual }] : [],
    )
    .sort((a, b) => a.actual - b.actual);
  const [best, ...others] = paused;
  if (best === undefined) return 'None of these runs completed.';
  const times = others.map(
    ({ name, actual }) =>
      `${name} ${actual / best.actual < 1.05 ? 'as long' : `${(actual / best.actual).toFixed(1)} times as long`}`,
  );
  const rest = times.length === 0 ? '' : `; ${times.join(', ')}`;
  return `Shortest pause: ${best.name}, ${formatMs(best.actual)}${rest}. One run each says little about the next: the benchmark repeats them.`;
}
