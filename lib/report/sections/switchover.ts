import { formatMs } from '../../format.js';
import { landingChart } from '../charts/charts.js';
import { figuresTable } from '../charts/figures-table.js';
import { blackoutChart } from '../charts/outside.js';
import { chartFigure } from '../page/figure.js';
import { type Html, html } from '../page/html.js';
import type { Run } from '../run.js';
import { type Switchover, switchoverOf } from '../switchover.js';
import { pauseTable, workTable } from './outside.js';
import { stepsTable, stepsTimeline } from './steps.js';

/** The pause under a magnifying glass: the guest on both hosts and as it was heard outside, and what the time went into. */
export function switchoverCard(run: Run): Html {
  const switchover = switchoverOf(run);
  if (switchover === undefined) return html`<p class="soft">The guest was not stopped, as far as this trace goes.</p>`;
  const { stoppedAtMs, resumedAtMs } = switchover;
  if (resumedAtMs === undefined)
    return html`<p>The guest was stopped at ${formatMs(stoppedAtMs)}; that it ran again is not in this trace.</p>`;
  const charts = [landingChart(run), blackoutChart(run)].filter((chart) => chart !== undefined);
  return html`${stepsTimeline(switchover, resumedAtMs)}
${stepsTable(run, switchover, resumedAtMs)}
<p class="caption">${clockWords(switchover)}</p>
${pauseTable(run)}
${charts.map((chart) => chartFigure(chart, figuresTable(chart)))}
${workTable(run)}`;
}

function clockWords({ parts }: Switchover): string {
  const clock = 'Stop and start are events of both hosts on one clock';
  return parts.some(({ isEstimated }) => isEstimated)
    ? `${clock}. Estimated is how long the last pages took: what went over after the last sample, at its speed.`
    : `${clock}, and so are the steps between them: QEMU's own stamps, where it was heard.`;
}
