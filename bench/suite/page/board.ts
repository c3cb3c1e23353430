import { formatMs } from '../../../lib/format.js';
import { type Html, html } from '../../../lib/report/page/html.js';
import { FIGURES, ratioInWords } from '../figures.js';
import type { Ratio } from '../ratio.js';
import type { ScenarioSummary, StrategySummary } from '../summary.js';
import { verdictOf } from '../verdict.js';
import { type Actor, familyOf } from './actor.js';
import { nameTag } from './charts.js';

/** What a pause is paid with. */
const PRICES = FIGURES.filter(({ name }) => ['totalMs', 'sentBytes', 'workLostMs'].includes(name));

/** Who pauses least, and what that costs: in words, and as a row for each strategy. */
export function board(scenario: ScenarioSummary, actors: readonly Actor[]): Html {
  const longestMs = Math.max(...actors.map(({ strategy }) => strategy.figures.pauseMs?.median ?? 0), 1);
  const best = verdictOf(scenario)?.best;
  const prices = PRICES.filter(({ name }) => actors.some(({ strategy }) => strategy.figures[name] !== undefined));
  return html`<p class="lead">${verdictText(scenario)}</p>
    <table class="board">
      <thead><tr><th>strategy</th><th>pause, median</th>${prices.map(({ title }) => html`<th>${title}</th>`)}</tr></thead>
      <tbody>${actors.map((actor) => row(actor, { longestMs, prices, isBest: actor.strategy === best }))}</tbody>
    </table>`;
}

/** The verdicts of all scenarios below each other: for whoever has ten seconds. */
export function overview(scenarios: readonly ScenarioSummary[]): Html {
  return html`<div class="card overview"><table>
    <thead><tr><th>guest and link</th><th>pauses it least</th><th>pause</th><th>instead of</th><th>what that costs</th></tr></thead>
    <tbody>${scenarios.map(overviewRow)}</tbody>
  </table></div>`;
}

function overviewRow(scenario: ScenarioSummary): Html {
  const { name, about } = scenario;
  const verdict = verdictOf(scenario);
  const head = html`<th scope="row"><a href="#${name}">${about}</a></th>`;
  if (verdict === undefined) return html`<tr>${head}<td colspan="4">no strategy completed</td></tr>`;
  const { best, reference, ties } = verdict;
  const other = best === reference ? '–' : `${formatMs(reference.figures.pauseMs?.median)} (${reference.title})`;
  return html`<tr class="${familyOf(best)}">${head}
    <td><b class="who">${best.title}</b>${ties.length === 0 ? undefined : html` <small>${tiesText(ties)}</small>`}</td>
    <td data-label="pause"><b>${formatMs(best.figures.pauseMs?.median)}</b></td>
    <td data-label="instead of">${other}</td>
    <td data-label="what that costs">${best === reference ? '–' : priceTexts(best)}</td>
  </tr>`;
}

/** "precopy pauses least: 31 ms, where virsh pauses 312 ms. What it costs: …" */
export function verdictText(scenario: ScenarioSummary): Html {
  const verdict = verdictOf(scenario);
  if (verdict === undefined) return html`<b>No strategy completed.</b>`;
  const { best, reference, ties } = verdict;
  const tied = ties.length === 0 ? '' : ` (${tiesText(ties)})`;
  const head = html`<b class="winner">${best.title}</b> pauses least: <b>${formatMs(best.figures.pauseMs?.median)}</b>${tied}`;
  if (best === reference) return html`${head}.`;
  const other = formatMs(reference.figures.pauseMs?.median);
  return html`${head}, where ${reference.title} pauses ${other}. <span class="prices">What it costs: ${priceTexts(best)}</span>`;
}

function tiesText(ties: readonly StrategySummary[]): string {
  return `no difference seen to ${ties.map(({ title }) => title).join(', ')}`;
}

/** What a strategy costs beside the reference. */
function priceTexts({ ratios, figures }: StrategySummary): Html[] {
  return PRICES.flatMap(({ name, title, format }) => {
    const mine = figures[name]?.median;
    if (mine === undefined) return [];
    return html`<span class="price">${title} <b>${format(mine)}</b>${beside(ratios[name])}</span> `;
  });
}

interface RowOptions {
  longestMs: number;
  prices: typeof PRICES;
  isBest: boolean;
}

function row(actor: Actor, { longestMs, prices, isBest }: RowOptions): Html {
  const { role, figures, ratios, completed, runs } = actor.strategy;
  const pauseMs = figures.pauseMs?.median;
  const width = `${(((pauseMs ?? 0) / longestMs) * 100).toFixed(1)}%`;
  const missing = completed === runs ? undefined : html` <span class="warn">completed ${completed} of ${runs}</span>`;
  const cell = ({ name, title, format }: (typeof PRICES)[number]) => {
    const value = figures[name]?.median;
    return html`<td data-label="${title}">${value === undefined ? '–' : format(value)}${beside(ratios[name])}</td>`;
  };
  return html`<tr class="${actor.family} ${isBest ? 'best' : ''}">
    <th scope="row">${nameTag(actor)}${role === 'reference' ? html` <small>reference</small>` : undefined}${missing}</th>
    <td class="pause"><span><svg height="14" aria-hidden="true"><rect width="${width}" height="14" rx="3"/></svg> <b>${formatMs(pauseMs)}</b></span></td>
    ${prices.map(cell)}
  </tr>`;
}

/** Beside the reference. */
function beside(ratio: Ratio | undefined): Html | undefined {
  return ratio === undefined ? undefined : html` <small>${ratioInWords(ratio)}</small>`;
}
