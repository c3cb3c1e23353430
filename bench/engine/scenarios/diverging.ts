import { atMost, atMostTimes, neverAbove, shareAtMost } from '../bounds.js';
import { AUTO_CONVERGE, computing, HOT, PAIRS, type Scenario } from '../scenario.js';
import type { Strategy } from '../strategy.js';

const DEADLINE_MS = 180_000;
const ABORT_BUDGET_MS = 10_000;
const PAUSE_BUDGET_MS = 12_000;
/** Where in a pass of 2.3 s a time-out falls is chance, and the pause hangs on it: these fall evenly. */
const SUSPEND_AFTER_SECONDS = [5, 6, 7, 8, 9];

const THROTTLING: Strategy = { by: 'engine', options: { escalate: ['throttle'] } };

const computeBounds = [atMostTimes('totalMs', 0.45), atMostTimes('workLostMs', 0.45), atMostTimes('pauseMs', 0.25)];

/** Guests that write faster than the link carries: somebody has to do something. */
export const divergingScenarios: readonly Scenario[] = [
  {
    name: 'hot',
    about: 'A guest that writes as fast as it can: post-copy beside auto-converge.',
    guest: HOT,
    subject: { by: 'engine', options: { budget: { pauseMs: 60 }, escalate: ['post-copy'] } },
    ...{ reference: AUTO_CONVERGE, repeats: PAIRS, deadlineMs: DEADLINE_MS },
    bounds: [atMostTimes('totalMs', 0.2), atMost('pauseMs', 60), atMost('outsideMs', 250)],
  },
  {
    name: 'hot-pause',
    about: 'The same with nothing allowed but a pause: at a boundary beside the middle of a pass.',
    guest: HOT,
    subject: { by: 'engine', options: { budget: { totalMs: PAUSE_BUDGET_MS }, escalate: ['pause'] } },
    reference: SUSPEND_AFTER_SECONDS.map((after) => ({
      by: 'virsh',
      flags: ['--timeout', String(after), '--timeout-suspend'],
    })),
    ...{ repeats: PAIRS, deadlineMs: DEADLINE_MS },
    bounds: [atMostTimes('pauseMs', 0.7)],
  },
  {
    name: 'hot-abort',
    about: 'The same with nothing allowed at all: given up in time, and the guest has not noticed.',
    guest: HOT,
    subject: { by: 'engine', options: { budget: { pauseMs: 60, totalMs: ABORT_BUDGET_MS }, escalate: ['abort'] } },
    ...{ repeats: PAIRS, deadlineMs: DEADLINE_MS },
    bounds: [
      neverAbove('totalMs', ABORT_BUDGET_MS),
      shareAtMost('not aborted, or without a reason', 0, ({ outcome, reason }) => outcome !== 'cancelled' || !reason),
      shareAtMost('disturbed', 0, ({ wasStopped, guest }) => wasStopped || guest.badPages > 0 || guest.clockWentBack),
    ],
  },
  {
    name: 'compute',
    about: "A guest that dirties 2.5 times what the link carries: a computed throttle beside auto-converge's steps.",
    ...{ guest: computing(2.5), subject: THROTTLING, reference: AUTO_CONVERGE },
    ...{ repeats: PAIRS, deadlineMs: DEADLINE_MS, bounds: computeBounds },
  },
  {
    name: 'compute-monitor',
    about: "The same with the throttle steered in flight through QEMU's monitor.",
    ...{ guest: computing(2.5), subject: { ...THROTTLING, monitor: true }, reference: AUTO_CONVERGE },
    ...{ repeats: PAIRS, deadlineMs: DEADLINE_MS, bounds: computeBounds },
  },
  {
    name: 'compute-light',
    about: 'A guest that dirties 1.2 times what the link carries, where a small throttle is enough.',
    ...{ guest: computing(1.2), subject: THROTTLING, reference: AUTO_CONVERGE },
    ...{ repeats: PAIRS, deadlineMs: DEADLINE_MS, bounds: computeBounds },
  },
];
