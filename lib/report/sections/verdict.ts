import { formatBytes, formatMs, formatShare } from '../../format.js';
import { type Budgeted, figuresOf } from '../figures.js';
import { type Html, html } from '../page/html.js';
import type { Run } from '../run.js';
import { verdictOf } from '../verdict.js';

const SIGNS = { good: '✓', bad: '✗', doubt: '?' } as const;

/** The result up front: who has the guest and how long it paused, in words and in large figures. */
export function verdictCard(run: Run): Html {
  const { tone, headline, sentences } = verdictOf(run);
  const { pauseMs, totalMs, slowdown, sentBytes, memoryBytes, passes, throttledMs } = figuresOf(run);
  return html`<section class="card verdict ${tone}">
<h3>${SIGNS[tone]} ${headline}</h3>
${sentences.map((sentence) => html`<p>${sentence}</p>`)}
<dl class="tiles">
${tile('Pause', pauseMs, formatMs)}
${tile('Total time', totalMs, formatMs)}
<div><dt>Sent</dt><dd>${sentBytes === undefined ? '–' : formatBytes(sentBytes)}<small>${
    sentBytes === undefined || !memoryBytes ? 'memory only' : `${(sentBytes / memoryBytes).toFixed(1)} times the memory`
  }</small></dd></div>
<div><dt>Passes</dt><dd>${passes}</dd></div>
${tile('Throttle', slowdown, formatShare, throttledMs > 0 ? `${formatMs(throttledMs)} of work taken` : 'the guest ran at full speed')}
</dl>
</section>`;
}

function tile(
  title: string,
  { actual, budget, isWithinBudget }: Budgeted,
  write: (value: number) => string,
  note = '',
): Html {
  const against =
    budget === undefined
      ? note
      : isWithinBudget === undefined
        ? `budget ${write(budget)}`
        : `${isWithinBudget ? '✓ within' : '✗ over'} the budget of ${write(budget)}`;
  const tone = isWithinBudget === undefined ? '' : isWithinBudget ? 'met' : 'missed';
  return html`<div><dt>${title}</dt><dd class="${tone}">${actual === undefined ? '–' : write(actual)}<small>${against}</small></dd></div>`;
}
