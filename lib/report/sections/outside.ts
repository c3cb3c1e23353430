import { formatMs, formatShare } from '../../format.js';
import { figuresOf } from '../figures.js';
import { type Html, html } from '../page/html.js';
import { table } from '../page/table.js';
import type { Run } from '../run.js';

/** The pause by all who saw it. */
export function pauseTable(run: Run): Html {
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
          : 'the longest silence of its heartbeats about the pause, less their period',
      ],
    ],
    wordColumns: [2],
  });
}

/** The guest's work before, during and after; nothing where nobody looked. */
export function workTable(run: Run): Html | undefined {
  const { before, during, after } = figuresOf(run).workPagesPerSecond;
  if (run.observations.atMs.length === 0)
    return html`<p class="soft">Nobody looked at the guest from outside in this run: its first heartbeat and its work are not known.</p>`;
  if (before === undefined && during === undefined && after === undefined)
    return html`<p class="soft">The guest does not say how much it works.</p>`;
  const row = (name: string, rate: number | undefined) => [
    name,
    rate === undefined ? '–' : `${Math.round(rate).toLocaleString('en-GB')} pages/s`,
    rate === undefined || !before ? '–' : formatShare(rate / before),
  ];
  return table({
    caption: "The guest's work as seen from outside, and its share of what it was before",
    header: ['', 'work', 'share'],
    rows: [row('before the first pass', before), row('in the passes', during), row('after its first heartbeat', after)],
  });
}
