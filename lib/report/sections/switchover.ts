import { formatMs, formatShare } from '../../format.js';
import { landingChart } from '../charts/charts.js';
import { figuresTable } from '../charts/figures-table.js';
import { blackoutChart } from '../charts/outside.js';
import { figuresOf } from '../figures.js';
import type { Blackout } from '../observations.js';
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
  const { stoppedAtMs, resumedAtMs, resumedOn, parts, firstBeatAtMs } = switchover;
  if (resumedAtMs === undefined)
    return html`<p>The guest was stopped at ${formatMs(stoppedAtMs)}; that it ran again is not in this trace.</p>`;
  const charts = [landingChart(run), blackoutChart(run)].filter((chart) => chart !== undefined);
  const later = run.guestEvents.filter(({ atMs }) => atMs > resumedAtMs);
  return html`${timeline(timelineOf(switchover, resumedAtMs))}
${pauseTable(run)}
${charts.map((chart) => chartFigure(chart, figuresTable(chart)))}
${workTable(run)}
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
    ...(firstBeatAtMs === undefined
      ? []
      : [
          [
            'its first heartbeat arrives outside',
            formatMs(firstBeatAtMs - stoppedAtMs),
            `${formatMs(firstBeatAtMs - resumedAtMs)} after it ran`,
          ],
        ]),
    ...later.map(({ side, event, detail, atMs }) => [
      `${side}: ${event} (${detail})`,
      formatMs(atMs - stoppedAtMs),
      '',
    ]),
  ],
})}
<p class="caption">Stop and start are events of both hosts on one clock. Estimated is how long the last pages took: what went over after the last sample, at its speed.</p>`;
}

/** The pause by all who saw it. */
function pauseTable(run: Run): Html {
  const { qemuPauseMs, observedPauseMs, outsidePauseMs } = figuresOf(run);
  return table({
    caption: 'The pause, by who saw it',
    header: ['', 'pause', 'from and to what'],
    rows: [
      ['QEMU', formatMs(qemuPauseMs), "its own figure, by both hosts' wall clocks"],
      ['the engine', formatMs(observedPauseMs), 'stop to start, by the events of both hosts on one clock'],
      [
        'an observer outside',
        formatMs(outsidePauseMs),
        outsidePauseMs === undefined
          ? 'nobody listened to the guest from outside, or it was not heard'
          : 'the longest silence of its heartbeats, less their period',
      ],
    ],
    wordColumns: [2],
  });
}

/** The guest's work before, during and after; nothing where nobody looked. */
function workTable(run: Run): Html | undefined {
  const { before, during, after } = figuresOf(run).workPagesPerSecond;
  if (before === undefined && during === undefined && after === undefined)
    return html`<p class="soft">Nobody looked at the guest from outside in this run: its first heartbeat and its work are not known.</p>`;
  const row = (name: string, rate: number | undefined) => [
    name,
    rate === undefined ? '–' : `${Math.round(rate).toLocaleString('en-GB')} pages/s`,
    rate === undefined || !before ? '–' : formatShare(rate / before),
  ];
  return table({
    caption: "The guest's work, as seen from outside",
    header: ['', 'work', 'of what it was before'],
    rows: [row('before the first pass', before), row('in the passes', during), row('after its first heartbeat', after)],
  });
}

function timelineOf(
  { stoppedAtMs, resumedOn, parts, blackout, firstBeatAtMs }: Switchover,
  resumedAtMs: number,
): Timeline {
  const pauseMs = resumedAtMs - stoppedAtMs;
  const marginMs = Math.max(pauseMs * 0.35, 1);
  const from = Math.min(stoppedAtMs, blackout?.fromMs ?? stoppedAtMs) - marginMs;
  const to = Math.max(resumedAtMs, blackout?.toMs ?? resumedAtMs, firstBeatAtMs ?? resumedAtMs) + marginMs;
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
      ...(blackout === undefined ? [] : [heardLane(blackout, from, to)]),
    ],
    ticks: [
      { at: stoppedAtMs, label: 'stop' },
      { at: resumedAtMs, label: `+${formatMs(pauseMs)}` },
      ...(firstBeatAtMs === undefined
        ? []
        : [{ at: firstBeatAtMs, label: `first heartbeat +${formatMs(firstBeatAtMs - stoppedAtMs)}` }]),
    ],
  };
}

/** The guest as it was heard outside of both hosts. */
function heardLane({ fromMs, toMs }: Blackout, from: number, to: number): Timeline['lanes'][number] {
  return {
    name: `heard outside, silent for ${formatMs(toMs - fromMs)}`,
    bars: [
      { label: 'heard', from, to: fromMs, colour: 'green' },
      { label: 'silent', from: fromMs, to: toMs, colour: 'grey' },
      { label: 'heard again', from: toMs, to, colour: 'green' },
    ],
  };
}
