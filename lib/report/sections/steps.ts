import { formatMs } from '../../format.js';
import type { Blackout } from '../observations.js';
import { type Html, html } from '../page/html.js';
import { table } from '../page/table.js';
import { type Timeline, timeline } from '../page/timeline.js';
import type { Run } from '../run.js';
import type { Switchover } from '../switchover.js';

/** The guest on both hosts, and as it was heard outside, along a line of time. */
export function stepsTimeline(switchover: Switchover, resumedAtMs: number): Html {
  return timeline(timelineOf(switchover, resumedAtMs));
}

/** The same in figures: what came when, counted from the stop, and how long it took. */
export function stepsTable(run: Run, switchover: Switchover, resumedAtMs: number): Html {
  const { stoppedAtMs, resumedOn, parts, blackout } = switchover;
  const since = (atMs: number) => formatMs(atMs - stoppedAtMs);
  const heard =
    blackout === undefined
      ? []
      : [
          {
            atMs: blackout.toMs,
            name: `its first heartbeat arrives outside, after a silence of ${formatMs(blackout.toMs - blackout.fromMs)}`,
            lasted: '',
          },
        ];
  const later = run.guestEvents
    .filter(({ atMs }) => atMs > resumedAtMs)
    .map(({ side, event, detail, atMs }) => ({ atMs, name: `${side}: ${event} (${detail})`, lasted: '' }));
  return table({
    caption: 'Step by step, from the stop on',
    header: ['', 'after the stop', 'lasted'],
    rows: [
      [`the guest stops on the source, ${formatMs(stoppedAtMs)} into the run`, '0 ms', ''],
      ...parts.map(({ name, fromMs, toMs, isEstimated, colour }) => [
        html`<span class="swatch ${colour}"></span>${name}${isEstimated ? ' (estimated)' : ''}`,
        since(fromMs),
        formatMs(toMs - fromMs),
      ]),
      ...[{ atMs: resumedAtMs, name: `the guest runs on the ${resumedOn}`, lasted: '' }, ...heard, ...later]
        .sort((a, b) => a.atMs - b.atMs)
        .map(({ name, atMs, lasted }) => [name, since(atMs), lasted]),
    ],
  });
}

function timelineOf({ stoppedAtMs, resumedOn, parts, blackout }: Switchover, resumedAtMs: number): Timeline {
  const pauseMs = resumedAtMs - stoppedAtMs;
  const marginMs = Math.max(pauseMs * 0.35, 1);
  const from = Math.min(stoppedAtMs, blackout?.fromMs ?? stoppedAtMs) - marginMs;
  const to = Math.max(resumedAtMs, blackout?.toMs ?? resumedAtMs) + marginMs;
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
      ...(blackout === undefined ? [] : [{ at: blackout.toMs, label: `+${formatMs(blackout.toMs - stoppedAtMs)}` }]),
    ].sort((a, b) => a.at - b.at),
  };
}

/** The guest as it was heard outside of both hosts. */
function heardLane({ fromMs, toMs }: Blackout, from: number, to: number): Timeline['lanes'][number] {
  return {
    name: 'heard outside',
    bars: [
      { label: 'heard', from, to: fromMs, colour: 'green' },
      { label: 'silent', from: fromMs, to: toMs, colour: 'grey' },
      { label: 'heard again', from: toMs, to, colour: 'green' },
    ],
  };
}
