import { formatMs } from '../../format.js';
import { landingChart } from '../charts/charts.js';
import { figuresTable } from '../charts/figures-table.js';
import { chartFigure } from '../page/figure.js';
import { type Html, html } from '../page/html.js';
import { table } from '../page/table.js';
import { type Timeline, timeline } from '../page/timeline.js';
import type { Run } from '../run.js';
import { type Switchover, switchoverOf } from '../switchover.js';

/** The pause under a magnifying glass: the guest on both hosts, and what the time went into. */
export function switchoverCard(run: Run): Html {
  const switchover = switchoverOf(run);
  if (switchover === undefined) return html`<p class="soft">The guest was not stopped, as far as this trace goes.</p>`;
  const { stoppedAtMs, resumedAtMs, resumedOn, parts } = switchover;
  if (resumedAtMs === undefined)
    return html`<p>The guest was stopped at ${formatMs(stoppedAtMs)}; that it ran again is not in this trace.</p>`;
  const landing = landingChart(run);
  const later = run.guestEvents.filter(({ atMs }) => atMs > resumedAtMs);
  return html`${timeline(timelineOf(switchover, resumedAtMs))}
${landing === undefined ? undefined : chartFigure(landing, figuresTable(landing))}
${table({
  caption: 'Step by step, from the stop on',
  header: ['', 'after the stop', 'lasted'],
  rows: [
    [`the guest stops on the source, ${formatMs(stoppedAtMs)} into the run`, '0 ms', ''],
    ...parts.map(({ name, fromMs, toMs, isEstimated, colour }) => [
      html`<span class="swatch ${colour}"></span>${name}${isEstimated ? ' (estimated)' : ''}`,
      formatMs(fromMs - stoppedAtMs),
      formatMs(toMs - fromMs),
    ]),
    [`the guest runs on the ${resumedOn}`, formatMs(resumedAtMs - stoppedAtMs), ''],
    ...later.map(({ side, event, detail, atMs }) => [
      `${side}: ${event} (${detail})`,
      formatMs(atMs - stoppedAtMs),
      '',
    ]),
  ],
})}
<p class="caption">Stop and start are events of both hosts on one clock. Estimated is how long the last pages took: what went over after the last sample, at its speed.</p>`;
}

function timelineOf({ stoppedAtMs, resumedOn, parts }: Switchover, resumedAtMs: number): Timeline {
  const pauseMs = resumedAtMs - stoppedAtMs;
  const marginMs = Math.max(pauseMs * 0.35, 1);
  const [from, to] = [stoppedAtMs - marginMs, resumedAtMs + marginMs];
  const before = { label: 'runs on the source', from, to: stoppedAtMs, colour: 'green' } as const;
  const after = { label: `runs on the ${resumedOn}`, from: resumedAtMs, to, colour: 'green' } as const;
  return {
    description: `The guest ran on the source, paused for ${formatMs(pauseMs)}, and then ran on the ${resumedOn}.`,
    range: [from, to],
    lanes: [
      { name: 'runs on the source', bars: resumedOn === 'source' ? [before, after] : [before] },
      {
        name: `nowhere, for ${formatMs(pauseMs)}`,
        bars: parts.map(({ name, fromMs, toMs, isEstimated, colour }) => ({
          label: name,
          from: fromMs,
          to: toMs,
          colour,
          isEstimated,
        })),
      },
      ...(resumedOn === 'destination' ? [{ name: 'runs on the destination', bars: [after] }] : []),
    ],
    ticks: [
      { at: stoppedAtMs, label: 'stop' },
      { at: resumedAtMs, label: `+${formatMs(pauseMs)}` },
    ],
  };
}
