import type { ChartSeries, ChartSpec } from '../chart-spec.js';
import { overlay } from './overlay.js';
import { TIME_STEPS_MS, write, writeTick } from './quantities.js';
import type { Theme } from './theme.js';

const HEIGHT_PIXELS = 240;
const Y_AXIS_PIXELS = 70;
const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 };

/** One chart of the page: drawn from the data beside it, and anew when colours or width change. */
export class Chart {
  readonly #spec: ChartSpec;
  readonly #place: HTMLElement;
  readonly #legend: readonly HTMLButtonElement[];
  readonly #hidden = new Set<number>();
  #plot: uPlot | undefined;

  constructor(figure: HTMLElement) {
    this.#spec = JSON.parse(part(figure, 'script').textContent ?? '');
    this.#place = part(figure, '.plot');
    this.#legend = [...figure.querySelectorAll<HTMLButtonElement>('.legend button')];
    this.#listen();
    // Observing calls back once at the start as well.
    new ResizeObserver(() => this.#resize()).observe(this.#place);
  }

  draw(theme: Theme): void {
    this.#plot?.destroy();
    const { x, series } = this.#spec;
    this.#plot = new uPlot(
      this.#options(theme),
      [[...x], ...series.map(({ values }) => values.map((value) => this.#shown(value)))],
      this.#place,
    );
  }

  #shown(value: number | null): number | null {
    const { isLogarithmic, yRange } = this.#spec;
    return isLogarithmic === true && value !== null ? Math.max(value, yRange[0]) : value;
  }

  #options(theme: Theme): uPlot.Options {
    const { yRange, xQuantity, yQuantity, isLogarithmic, series, group } = this.#spec;
    const axis = {
      stroke: theme.text,
      font: '12px system-ui, sans-serif',
      grid: { stroke: theme.grid, width: 1 },
      ticks: { stroke: theme.grid, width: 1, size: 4 },
    };
    return {
      width: this.#place.clientWidth,
      height: HEIGHT_PIXELS,
      legend: { show: false },
      padding: [8, 24, 0, 0],
      scales: {
        x: { time: false, range: (_plot, min, max) => this.#zoom(min, max) },
        y: { range: [...yRange], ...(isLogarithmic === true ? { distr: 3 } : {}) },
      },
      axes: [
        {
          ...axis,
          size: 32,
          space: 56,
          values: (_plot, ticks) => ticks.map((tick) => writeTick(xQuantity, tick)),
          ...(xQuantity === 'milliseconds' ? { incrs: [...TIME_STEPS_MS] } : {}),
        },
        {
          ...axis,
          size: Y_AXIS_PIXELS,
          // Of a logarithmic axis uPlot hands over null where there is no room.
          values: (_plot, ticks) =>
            ticks.map((tick: number | null) => (tick === null ? '' : writeTick(yQuantity, tick))),
        },
      ],
      series: [{}, ...series.map((one, index) => ({ ...seriesOptions(one, theme), show: !this.#hidden.has(index) }))],
      cursor: { y: false, sync: { key: group }, points: { size: 7 }, drag: { x: true, y: false, dist: 8 } },
      hooks: { setCursor: [() => this.#readOut()] },
      plugins: [overlay(this.#spec, theme)],
    };
  }

  /** What is asked for, or all of it where the data's own range is, as at the start and after a double click. */
  #zoom(min: number | null, max: number | null): [number, number] {
    const { x, xRange } = this.#spec;
    const isAll = min === null || max === null || (min === x[0] && max === x.at(-1));
    return isAll ? [...xRange] : [min, max];
  }

  #listen(): void {
    this.#legend.forEach((button, index) => {
      button.addEventListener('click', () => {
        const isShown = this.#hidden.delete(index);
        if (!isShown) this.#hidden.add(index);
        button.setAttribute('aria-pressed', String(isShown));
        this.#plot?.setSeries(index + 1, { show: isShown });
      });
    });
    this.#place.addEventListener('keydown', (event) => {
      const step = KEYS[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.#step(step);
    });
  }

  /** Moves the cursor by so many points, among those that are to be seen: where there is none under it, uPlot knows no position. */
  #step(points: number): void {
    const plot = this.#plot;
    if (plot === undefined) return;
    const { x } = this.#spec;
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = plot.scales.x ?? {};
    const isSeen = (at: number) => at >= min && at <= max;
    const [first, last] = [x.findIndex(isSeen), x.findLastIndex(isSeen)];
    const index = Math.min(Math.max((plot.cursor.idx ?? first - 1) + points, first), last);
    plot.setCursor({ left: plot.valToPos(x[index] ?? 0, 'x'), top: 0 });
  }

  /** Writes what is under the cursor into the legend. */
  #readOut(): void {
    const { x, xQuantity, yQuantity, series } = this.#spec;
    const index = this.#plot?.cursor.idx;
    this.#legend.forEach((button, position) => {
      const value = index == null ? null : (series[position]?.values[index] ?? null);
      part(button, 'output').textContent = value === null ? '' : write(yQuantity, value);
    });
    const at = index == null ? undefined : x[index];
    this.#place.dataset.at = at === undefined ? '' : write(xQuantity, at);
  }

  #resize(): void {
    const width = this.#place.clientWidth;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT_PIXELS });
  }
}

function seriesOptions({ label, colour, draw, dashed, hasPoints }: ChartSeries, theme: Theme): uPlot.Series {
  const stroke = theme.series[colour];
  const base: uPlot.Series = {
    label,
    stroke,
    width: 2,
    points: { show: draw === 'dots' || hasPoints === true, size: 6, fill: stroke },
  };
  if (dashed === true) base.dash = [6, 4];
  if (draw === 'area') base.fill = `${stroke}26`;
  const paths = draw === 'step' ? uPlot.paths.stepped?.({ align: 1 }) : draw === 'dots' ? () => null : undefined;
  return paths === undefined ? base : { ...base, paths };
}

/** A part of the page that its template has for certain. */
function part(parent: Element, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}
