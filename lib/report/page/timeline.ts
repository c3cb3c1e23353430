import type { Colour } from './chart-spec.js';
import { type Html, html } from './html.js';

export interface TimelineBar {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly colour: Colour;
  /** Hatched: computed, not seen. */
  readonly isEstimated?: boolean;
}

export interface Timeline {
  /** For whoever cannot see it. */
  readonly description: string;
  readonly range: readonly [number, number];
  /** One below the other; the bars of a lane side by side. */
  readonly lanes: readonly { readonly name: string; readonly bars: readonly TimelineBar[] }[];
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

const LANE_PIXELS = 44;
const BAR_PIXELS = 18;
const TICK_ROW_PIXELS = 18;
/** Of the whole width: labels of ticks that are nearer to each other stand below each other. */
const LEAST_GAP = 0.17;

/** Bars along a line of time, drawn without a script. Positions are in per cent, so that text keeps its size on a narrow screen. */
export function timeline({ description, range: [from, to], lanes, ticks }: Timeline): Html {
  const percent = (at: number) => `${(((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100).toFixed(2)}%`;
  const width = (bar: TimelineBar) =>
    `${Math.max(((Math.min(bar.to, to) - Math.max(bar.from, from)) / (to - from)) * 100, 0.4).toFixed(2)}%`;
  const rows = rowsOf(ticks.map(({ at }) => (at - from) / (to - from)));
  const axisTop = lanes.length * LANE_PIXELS;
  const height = axisTop + 4 + TICK_ROW_PIXELS * (Math.max(...rows, 0) + 1);
  return html`<svg class="timeline" width="100%" height="${height}" role="img" aria-label="${description}">
${ticks.map(({ at, label }, index) => {
  const anchor = at <= from ? 'start' : at >= to ? 'end' : 'middle';
  return html`<line class="tick" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="${axisTop}"/><text class="tick-label" x="${percent(at)}" y="${axisTop + 16 + TICK_ROW_PIXELS * (rows[index] ?? 0)}" text-anchor="${anchor}">${label}</text>`;
})}
${lanes.map(
  ({ name, bars }, lane) => html`<text class="lane-label" x="0" y="${lane * LANE_PIXELS + 15}">${name}</text>
${bars.map(
  (
    bar,
  ) => html`<rect class="${bar.colour} ${bar.isEstimated === true ? 'estimated' : ''}" x="${percent(bar.from)}" y="${lane * LANE_PIXELS + 20}" width="${width(bar)}" height="${BAR_PIXELS}" rx="2"><title>${bar.label}</title></rect>
`,
)}`,
)}
</svg>`;
}

/** The row of each label: the first in which it is far enough from the one before it. */
function rowsOf(positions: readonly number[]): number[] {
  const lasts: number[] = [];
  return positions.map((position) => {
    const free = lasts.findIndex((last) => position - last >= LEAST_GAP);
    const row = free === -1 ? lasts.length : free;
    lasts[row] = position;
    return row;
  });
}
