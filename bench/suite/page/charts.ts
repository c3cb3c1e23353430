import { type Html, html } from '../../../lib/report/page/html.js';
import type { FigureName } from '../../engine/run.js';
import { FIGURES } from '../figures.js';
import type { StrategySummary } from '../summary.js';
import type { Actor } from './actor.js';
import { type Scale, scaleOf } from './scale.js';

// Places are given in per cent of an SVG without a view box: what is drawn follows the page's width, and text keeps its size.

const FIGURE = new Map(FIGURES.map(({ name, ...figure }) => [name, figure]));

/** Every pause of every strategy as a dot, on one logarithmic axis. */
export function pauseDots(actors: readonly Actor[]): Html {
  const scale = scaleOf(actors.flatMap(({ strategy }) => valuesOf(strategy, 'pauseMs')));
  const rows = actors.flatMap((actor) => {
    const { pauseMs } = actor.strategy.figures;
    if (pauseMs === undefined) return [];
    const dots = pauseMs.values.map(
      (value) =>
        html`<circle cx="${percent(scale.at(value))}" cy="11" r="5"><title>${write('pauseMs', value)}</title></circle>`,
    );
    const at = percent(scale.at(pauseMs.median));
    return html`<div class="strip ${actor.family}">${nameTag(actor)}
      <svg class="row" height="22" role="img" aria-label="pauses of ${actor.strategy.title}: ${pauseMs.values.map((value) => write('pauseMs', value)).join(', ')}">${grid(scale, 22)}${dots}<line class="median" x1="${at}" x2="${at}" y1="0" y2="22"/></svg></div>`;
  });
  return html`<figure class="card">
    <figcaption><h3>Every pause</h3><p class="caption">Each dot is a migration, the bar the median. Left is better; the axis is logarithmic.</p></figcaption>
    ${rows}
    <div class="strip"><span></span><svg class="row" height="16" aria-hidden="true">${xTicks(scale, 'pauseMs', 12)}</svg></div>
  </figure>`;
}

const PLOT_HEIGHT = 220;

/** The price of a short pause: each strategy's medians, and its runs behind them. Undefined with fewer than two to compare. */
export function pareto(actors: readonly Actor[], price: FigureName): Html | undefined {
  const priced = actors.filter(({ strategy }) => strategy.figures[price] && strategy.figures.pauseMs);
  if (priced.length < 2) return undefined;
  const x = scaleOf(priced.flatMap(({ strategy }) => valuesOf(strategy, 'pauseMs')));
  const y = scaleOf(priced.flatMap(({ strategy }) => valuesOf(strategy, price)));
  const up = (value: number) => percent(1 - y.at(value));
  const best = new Set(frontier(priced, price));
  const runs = priced.flatMap(({ family, strategy }) =>
    valuesOf(strategy, 'pauseMs').flatMap((pause, index, all) => {
      const costs = valuesOf(strategy, price);
      const cost = costs[index];
      // Where a run lacks one of the two, nobody knows which values belong together.
      return cost === undefined || costs.length !== all.length
        ? []
        : html`<circle class="run ${family}" cx="${percent(x.at(pause))}" cy="${up(cost)}" r="3"/>`;
    }),
  );
  const points = priced.map((actor) => {
    const [pause, cost] = [medianOf(actor, 'pauseMs'), medianOf(actor, price)];
    const [left, top] = [percent(x.at(pause)), up(cost)];
    const ring = best.has(actor) ? html`<circle class="ring" cx="${left}" cy="${top}" r="14"/>` : undefined;
    return html`<g class="point ${actor.family}">${ring}<circle cx="${left}" cy="${top}" r="11"/><text x="${left}" y="${top}" dy="4">${actor.letter}</text><title>${actor.strategy.title}: pause ${write('pauseMs', pause)}, ${titleOf(price)} ${write(price, cost)}</title></g>`;
  });
  return html`<figure class="card">
    <figcaption><h3>Pause against ${titleOf(price)}</h3><p class="caption">Down and left is better. A ring: no other choice is better in both.</p></figcaption>
    <div class="pareto">
      <svg class="y-axis" height="${PLOT_HEIGHT}" aria-hidden="true">${y.ticks.map((tick) => html`<text x="100%" y="${up(tick)}" dy="4" text-anchor="end">${write(price, tick)}</text>`)}</svg>
      <svg class="plot-area" height="${PLOT_HEIGHT}" role="img" aria-label="medians: ${priced.map((actor) => `${actor.strategy.title} ${write('pauseMs', medianOf(actor, 'pauseMs'))}, ${write(price, medianOf(actor, price))}`).join('; ')}">${grid(x, PLOT_HEIGHT)}${y.ticks.map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${up(tick)}" y2="${up(tick)}"/>`)}${runs}${points}</svg>
      <svg class="x-axis" height="18" aria-hidden="true">${xTicks(x, 'pauseMs', 14)}</svg>
    </div>
    <p class="legend">${priced.map((actor) => html`<span class="${actor.family}">${nameTag(actor)}</span>`)}</p>
  </figure>`;
}

/** Strategies that no other choice beats in both figures. Pure. */
export function frontier(actors: readonly Actor[], price: FigureName): Actor[] {
  const choices = actors.filter(({ family }) => family !== 'floor');
  const beats = (one: Actor, other: Actor) =>
    medianOf(one, 'pauseMs') < medianOf(other, 'pauseMs') && medianOf(one, price) < medianOf(other, price);
  return choices.filter((actor) => !choices.some((other) => beats(other, actor)));
}

/** A strategy's letter and name. */
export function nameTag({ letter, strategy }: Actor): Html {
  return html`<span class="name"><b class="letter">${letter}</b> <span title="${strategy.exactly}">${strategy.title}</span></span>`;
}

function grid(scale: Scale, height: number): Html[] {
  return scale.ticks.map((tick) => {
    const at = percent(scale.at(tick));
    return html`<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${height}"/>`;
  });
}

function xTicks(scale: Scale, figure: FigureName, y: number): Html[] {
  return scale.ticks.map(
    (tick) => html`<text x="${percent(scale.at(tick))}" y="${y}" text-anchor="middle">${write(figure, tick)}</text>`,
  );
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(2)}%`;
}

function valuesOf(strategy: StrategySummary, figure: FigureName): readonly number[] {
  return strategy.figures[figure]?.values ?? [];
}

function medianOf({ strategy }: Actor, figure: FigureName): number {
  return strategy.figures[figure]?.median ?? Number.POSITIVE_INFINITY;
}

function titleOf(figure: FigureName): string {
  return FIGURE.get(figure)?.title ?? figure;
}

function write(figure: FigureName, value: number): string {
  return FIGURE.get(figure)?.format(value) ?? String(value);
}
