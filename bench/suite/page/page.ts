import { formatMs } from '../../../lib/format.js';
import { type Html, html } from '../../../lib/report/page/html.js';
import { renderPage } from '../../../lib/report/page/shell.js';
import { table } from '../../../lib/report/page/table.js';
import { FIGURES } from '../figures.js';
import type { LinkChange } from '../scenario.js';
import type { ScenarioSummary, StrategySummary, Summary } from '../summary.js';
import { intervalText, surroundingsText } from '../text.js';
import { type Actor, actorsOf } from './actor.js';
import { belief } from './belief.js';
import { board, overview } from './board.js';
import { pareto, pauseDots } from './charts.js';
import { controlCosts, pauseParts } from './stacks.js';
import { STYLE } from './style.js';

const HOW =
  'Pause: from the stop on the source to the start on the destination, by one clock. Outside: the longest silence of a heartbeat of 1 kHz as received on a third machine, less its period. Work lost: what the guest would have got done meanwhile and did not, as the time that it takes for that. Bytes: what left the source on the link. Strategies take turns, A B C C B A; ratios are medians over runs made beside each other, with 95 % bootstrap intervals.';

/** A result as one page that needs nothing beside itself. */
export function page(summary: Summary): string {
  const { scenarios, surroundings, startedAt } = summary;
  const where = surroundings === undefined ? '' : ` · ${surroundingsText(surroundings).trim().replaceAll('\n', ' · ')}`;
  return renderPage({
    title: 'Which way of moving a guest pauses it least, and what does that cost?',
    subtitle: `Measured ${startedAt.slice(0, 10)}${where}`,
    staticStyle: STYLE,
    main: html`${scenarios.length === 0 ? html`<p>Nothing was measured yet.</p>` : undefined}
      ${overview(scenarios)}
      ${scenarios.map((scenario) => section(scenario))}
      ${belief(summary)}`,
    origin: HOW,
  });
}

function section(scenario: ScenarioSummary): Html {
  const actors = actorsOf(scenario);
  return html`<section id="${scenario.name}">
    <h2>${scenario.about} <small>${scenario.name}${settingText(scenario)}</small></h2>
    <div class="card">
      ${board(scenario, actors)}
      <div class="figures">
        ${pauseDots(actors)}
        ${pauseParts(actors)}
        ${pareto(actors, 'sentBytes')}
        ${pareto(actors, 'workLostMs')}
        ${controlCosts(actors)}
      </div>
      <details><summary>All figures, with their intervals</summary>${details(actors, scenario)}</details>
    </div>
  </section>`;
}

function settingText({ setting, budget }: ScenarioSummary): string {
  const budgets = Object.entries(budget).map(([name, value]) => ` · budget ${name} ${value}`);
  if (setting === undefined) return budgets.join('');
  const { guest, link } = setting;
  const change = link.change === undefined ? '' : ` → ${changeText(link.change)}`;
  const size = `${Math.round(guest.memoryBytes / 1024 ** 2)} MiB, ${guest.workload.name}`;
  return ` · ${size} · link ${gigabits(link.bitsPerSecond)}${change}${budgets.join('')}`;
}

function changeText(change: LinkChange): string {
  const what = 'cutForMs' in change ? `cut for ${formatMs(change.cutForMs)}` : gigabits(change.bitsPerSecond);
  return `${what} after ${formatMs(change.afterMs)}`;
}

function gigabits(bitsPerSecond: number): string {
  return `${bitsPerSecond / 1e9} Gbit/s`;
}

const HEADER = [
  ...['strategy', 'completed', ...FIGURES.map(({ title }) => title), 'pause p95', "pause by libvirt's own figure"],
  ...['time between answers, p99', 'control: client', 'control: daemons', 'noisy runs'],
];

function details(actors: readonly Actor[], { strategies }: ScenarioSummary): Html {
  const again = strategies.filter(({ role }) => role === 'null');
  const all = [...actors.map(({ strategy }) => strategy), ...again];
  return html`${table({
    caption:
      'Medians. Below them: times the reference, with the 95 % interval (of fewer than eight pairs from the least to the most, with its own level), and the smallest difference that would have been seen in four cases of five. Control is processor time of one core, QEMU left out.',
    header: HEADER,
    rows: all.map(detailCells),
  })}
  ${all.flatMap(({ title, reasons }) => reasons.map((reason) => html`<p class="warn">${title} did not complete: ${reason}</p>`))}`;
}

function detailCells(strategy: StrategySummary): (string | Html)[] {
  const { title, exactly, figures, ratios, libvirtPauseMs, serviceP99Ms, control, noisy, runs, completed } = strategy;
  const cells = FIGURES.map(({ name, format }) => {
    const [figure, ratio] = [figures[name], ratios[name]];
    if (figure === undefined) return '–';
    if (ratio === undefined) return format(figure.median);
    return html`${format(figure.median)}<br><small>${intervalText(ratio)}</small>`;
  });
  return [
    html`${title}<br><small>${exactly}</small>`,
    ...[`${completed} of ${runs}`, ...cells, formatMs(figures.pauseMs?.p95), formatMs(libvirtPauseMs)],
    ...[formatMs(serviceP99Ms), formatMs(control?.clientMs), formatMs(control?.daemonsMs), `${noisy} of ${runs}`],
  ];
}
