import { VERSION } from '../version.js';
import { pauseChart, ratesChart, remainingChart, type Shared, sharedScales, workChart } from './charts/charts.js';
import { figuresTable } from './charts/figures-table.js';
import { guestWorkChart } from './charts/outside.js';
import type { ChartSpec } from './page/chart-spec.js';
import { chartFigure } from './page/figure.js';
import { type Html, html } from './page/html.js';
import { renderPage } from './page/shell.js';
import type { Run } from './run.js';
import { comparison } from './sections/comparison.js';
import { environmentTable, momentWords } from './sections/environment.js';
import { forecastTable } from './sections/forecast.js';
import { switchoverCard } from './sections/switchover.js';
import { trailTable } from './sections/trail.js';
import { verdictCard } from './sections/verdict.js';

export interface ReportOptions {
  /** Of the page; by default of what the runs are. */
  readonly title?: string;
}

const CHARTS: readonly ((run: Run, shared: Shared) => ChartSpec | undefined)[] = [
  remainingChart,
  ratesChart,
  pauseChart,
  workChart,
  guestWorkChart,
];

/**
 * One page of one run, or of several side by side on the same scales. It needs no network, and what stands in the traces is shown as text, whatever it
 * is. Pure, but for the page's own files, which are read once.
 */
export function renderReport(runs: readonly Run[], options: ReportOptions = {}): string {
  const shared = sharedScales(runs);
  const main = html`${section(runs.length > 1 ? 'What became of them' : 'What became of it', runs, verdictCard, 'bare')}
${runs.length > 1 ? comparison(runs) : undefined}
${section('The switchover, magnified', runs, switchoverCard)}
<section><h2>How it went</h2>${chartsOf(runs, shared)}</section>
${section('Forecast against actual', runs, forecastTable)}
${section('What was decided, and why', runs, trailTable)}
<section><h2>Environment</h2><div class="card">${environmentTable(runs)}</div></section>`;
  return renderPage({
    title: options.title ?? titleOf(runs),
    subtitle: runs.length === 1 ? runs.map(wayOf).join('') : runs.map(({ name }) => name).join(', '),
    main,
    origin: `Made by precopy ${VERSION} from ${runs.length === 1 ? 'a trace' : `${runs.length} traces`}. Point at a chart for its figures; drag to look closer, double-click to go back.`,
  });
}

function titleOf(runs: readonly Run[]): string {
  const [only] = runs;
  const guest = only?.connected?.domain.name ?? only?.header?.options.domain;
  return runs.length === 1 && guest !== undefined ? `Migration of ${guest}` : `${runs.length} migrations, side by side`;
}

function wayOf({ name, connected, header }: Run): string {
  const way = connected === undefined ? '' : `, from ${connected.source.hostname} to ${connected.destination.hostname}`;
  return `${name}${way}${header === undefined ? '' : `, ${momentWords(header.startedAt)}`}`;
}

/** A part of the page with a card for each run. */
function section(
  title: string,
  runs: readonly Run[],
  card: (run: Run) => Html,
  kind: 'bare' | 'cards' = 'cards',
): Html {
  return html`<section><h2>${title}</h2><div class="columns">${runs.map((run) =>
    kind === 'bare'
      ? html`<div>${heading(runs, run)}${card(run)}</div>`
      : html`<div class="card">${heading(runs, run)}${card(run)}</div>`,
  )}</div></section>`;
}

/** The run's name, where there are others. */
function heading(runs: readonly Run[], { name }: Run): Html | undefined {
  return runs.length > 1 ? html`<h3 class="run">${name}</h3>` : undefined;
}

/** Of one run the charts beside each other, of several each chart for all of them, on the same scales. */
function chartsOf(runs: readonly Run[], shared: Shared): Html[] {
  const figure = (run: Run, chart: (typeof CHARTS)[number]) => {
    const spec = chart(run, shared);
    if (spec === undefined) return undefined;
    return chartFigure(runs.length > 1 ? { ...spec, title: `${spec.title}: ${run.name}` } : spec, figuresTable(spec));
  };
  const [only] = runs;
  if (runs.length === 1 && only !== undefined)
    return [html`<div class="columns wide">${CHARTS.map((chart) => figure(only, chart))}</div>`];
  return CHARTS.map((chart) => html`<div class="columns charts">${runs.map((run) => figure(run, chart))}</div>`);
}
