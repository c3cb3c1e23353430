import type { ChartSpec } from '../chart-spec.js';
import type { Theme } from './theme.js';

const LABEL_PIXELS = 12;
const GAP_PIXELS = 4;

/** What a chart shows beside its series: spans behind them; levels, moments and labels in front of them. */
export function overlay(spec: ChartSpec, theme: Theme): uPlot.Plugin {
  return {
    hooks: {
      drawAxes: (plot) => clipped(plot, () => drawSpans(plot, spec, theme)),
      draw: (plot) =>
        clipped(plot, () => {
          drawLevels(plot, spec, theme);
          drawMarks(plot, spec, theme);
          drawSpanLabels(plot, spec, theme);
        }),
    },
  };
}

/** Draws within the plotting area alone, and leaves the canvas as it was. */
function clipped(plot: uPlot, draw: () => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${LABEL_PIXELS * uPlot.pxRatio}px system-ui, sans-serif`;
  ctx.lineWidth = uPlot.pxRatio;
  draw();
  ctx.restore();
}

function drawSpans(plot: uPlot, { spans }: ChartSpec, theme: Theme): void {
  const { ctx, bbox } = plot;
  for (const { from, to, shade } of spans) {
    if (shade === 'none') continue;
    const left = plot.valToPos(from, 'x', true);
    const width = Math.max(plot.valToPos(to, 'x', true) - left, uPlot.pxRatio);
    ctx.fillStyle = theme.shades[shade];
    ctx.fillRect(left, bbox.top, width, bbox.height);
  }
}

function drawSpanLabels(plot: uPlot, { spans }: ChartSpec, theme: Theme): void {
  const { ctx, bbox } = plot;
  const gap = GAP_PIXELS * uPlot.pxRatio;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  for (const { from, to, label } of spans) {
    const left = Math.max(plot.valToPos(from, 'x', true), bbox.left);
    const right = Math.min(plot.valToPos(to, 'x', true), bbox.left + bbox.width);
    if (ctx.measureText(label).width + gap > right - left) continue;
    writeText(ctx, label, (left + right) / 2, bbox.top + gap, theme.text, theme);
  }
}

function drawLevels(plot: uPlot, { levels }: ChartSpec, theme: Theme): void {
  const { ctx, bbox } = plot;
  const gap = GAP_PIXELS * uPlot.pxRatio;
  const right = bbox.left + bbox.width;
  for (const [index, { y, label, colour }] of levels.entries()) {
    // From both sides in turn, so that two levels close to each other can both be read.
    const isLeft = index % 2 === 0;
    ctx.textAlign = isLeft ? 'left' : 'right';
    const top = plot.valToPos(y, 'y', true);
    dashedLine(ctx, theme.series[colour], [bbox.left, top], [right, top]);
    const isAtTop = top - bbox.top < 2 * LABEL_PIXELS * uPlot.pxRatio;
    ctx.textBaseline = isAtTop ? 'top' : 'bottom';
    writeText(
      ctx,
      label,
      isLeft ? bbox.left + gap : right - gap,
      top + (isAtTop ? gap : -gap),
      theme.series[colour],
      theme,
    );
  }
}

/** Every moment has its line; of labels that would stand upon each other only the first is written. */
function drawMarks(plot: uPlot, { marks }: ChartSpec, theme: Theme): void {
  const { ctx, bbox } = plot;
  const gap = GAP_PIXELS * uPlot.pxRatio;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  let takenUntil = Number.NEGATIVE_INFINITY;
  for (const { x, label, colour } of marks) {
    const left = plot.valToPos(x, 'x', true);
    dashedLine(ctx, theme.series[colour], [left, bbox.top], [left, bbox.top + bbox.height]);
    const half = ctx.measureText(label).width / 2 + gap;
    const centre = Math.min(Math.max(left, bbox.left + half), bbox.left + bbox.width - half);
    if (centre - half < takenUntil) continue;
    takenUntil = centre + half;
    writeText(ctx, label, centre, bbox.top + bbox.height - gap, theme.series[colour], theme);
  }
}

/** Text with a seam in the background's colour, so that lines behind it do not disturb. */
function writeText(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string, theme: Theme) {
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineJoin = 'round';
  ctx.lineWidth = GAP_PIXELS * uPlot.pxRatio;
  ctx.strokeStyle = theme.background;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
  ctx.restore();
}

type Point = readonly [number, number];

function dashedLine(ctx: CanvasRenderingContext2D, colour: string, from: Point, to: Point): void {
  ctx.strokeStyle = colour;
  ctx.setLineDash([4 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
