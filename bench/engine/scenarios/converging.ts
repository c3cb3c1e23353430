import { atMostTimes, clockError, neverAbove, noDifference, shareAtMost, spread } from '../bounds.js';
import type { Run } from '../run.js';
import { ENGINE, IDLE, PAIRS, type Scenario, STEADY, VIRSH } from '../scenario.js';

const DEADLINE_MS = 60_000;

/** Guests that converge by themselves: how short can the pause be, and what does that cost? */
export const convergingScenarios: readonly Scenario[] = [
  {
    name: 'steady',
    about: 'A writer of 50 MB/s: the engine beside virsh.',
    ...{ guest: STEADY, subject: ENGINE, reference: VIRSH, repeats: PAIRS, deadlineMs: DEADLINE_MS },
    bounds: [
      atMostTimes('pauseMs', 0.18),
      atMostTimes('outsideMs', 0.3),
      atMostTimes('totalMs', 1.06),
      atMostTimes('sentBytes', 1.15),
      clockError,
    ],
  },
  {
    name: 'idle',
    about: 'A guest that writes next to nothing: the engine beside virsh.',
    ...{ guest: IDLE, subject: ENGINE, reference: VIRSH, repeats: PAIRS, deadlineMs: DEADLINE_MS },
    bounds: [atMostTimes('pauseMs', 0.15), atMostTimes('outsideMs', 0.4), atMostTimes('totalMs', 1.1), clockError],
  },
  {
    name: 'null',
    about: 'virsh beside itself: whoever finds a difference here finds one everywhere.',
    ...{ guest: STEADY, subject: VIRSH, reference: VIRSH, repeats: PAIRS, deadlineMs: DEADLINE_MS },
    bounds: [noDifference('pauseMs'), noDifference('outsideMs'), noDifference('totalMs'), noDifference('sentBytes')],
  },
  {
    name: 'floor',
    about: 'The engine beside two bare QEMUs over QMP, without libvirt.',
    guest: STEADY,
    ...{ subject: ENGINE, reference: { by: 'qmp', downtimeLimitMs: 10 }, repeats: PAIRS, deadlineMs: DEADLINE_MS },
    bounds: [atMostTimes('pauseMs', 1.5)],
  },
  {
    name: 'spread',
    about: 'How far the worst pauses are from the usual one, for a writer of 50 MB/s.',
    ...{ guest: STEADY, subject: ENGINE, repeats: 30, deadlineMs: DEADLINE_MS },
    bounds: [spread(1.5)],
  },
  {
    name: 'spread-idle',
    about: 'How far the worst pauses are from the usual one, for a guest that writes next to nothing.',
    ...{ guest: IDLE, subject: ENGINE, repeats: 30, deadlineMs: DEADLINE_MS },
    bounds: [spread(1.5)],
  },
  {
    name: 'clock',
    about: "The engine's pause against QEMU's own stamps of STOP and RESUME.",
    ...{ guest: STEADY, subject: ENGINE, repeats: 10, deadlineMs: DEADLINE_MS },
    bounds: [clockError],
  },
  ...[60, 150, 400].map(
    (pauseMs): Scenario => ({
      name: `budget-${pauseMs}`,
      about: `A writer of 50 MB/s with a budget of ${pauseMs} ms for the pause: kept to within 20 %.`,
      ...{ guest: STEADY, subject: { by: 'engine', options: { budget: { pauseMs } } }, repeats: 20 },
      deadlineMs: DEADLINE_MS,
      bounds: [
        shareAtMost('broken', 0.05, (run) => isOver(run, pauseMs * 1.2)),
        shareAtMost(
          'broken unsaid',
          0,
          (run) => isOver(run, pauseMs * 1.2) && run.engine?.warnings.includes('pause-budget') !== true,
        ),
        neverAbove('pauseMs', pauseMs * 1.2),
      ],
    }),
  ),
];

function isOver({ figures }: Run, limitMs: number): boolean {
  return figures.pauseMs === undefined || figures.pauseMs > limitMs;
}
