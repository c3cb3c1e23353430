import type { Run } from '../../bench/engine/run.js';
import { seededRandom } from '../../bench/statistics.js';
import type { Log, LoggedRun } from '../../bench/suite/log.js';
import { type Plan, type Side, unfold } from '../../bench/suite/plan.js';

export const QUICK_PLAN: Plan = {
  ...{ mode: 'quick', seed: 1 },
  scenarios: ['quick-steady', 'quick-hot', 'quick-slow-link'],
};

/** About what each strategy comes to in made-up runs. */
const PAUSES_MS: Partial<Record<Side, number>> = {
  ...{ virsh: 320, null: 320, precopy: 40, qmp: 12 },
  ...{ 'virsh-auto-converge': 350, 'virsh-postcopy': 60, 'virsh-suspend': 900, 'precopy-post-copy': 45 },
};

/** A made-up run with all its figures. */
export function madeUpRun(pauseMs: number, more: Partial<Run> = {}): Run {
  const parts = { stopMs: 4, answerMs: pauseMs * 0.1, transferMs: pauseMs * 0.5, finishMs: pauseMs * 0.4 - 4 };
  return {
    ...{
      outcome: 'completed',
      reason: undefined,
      libvirtMs: pauseMs * 0.7,
      engine: undefined,
      wasStopped: true,
      load: 0,
    },
    figures: {
      ...{ pauseMs, outsideMs: pauseMs + 40, totalMs: 2000 + pauseMs },
      ...{ sentBytes: 2e8 + 1e6 * pauseMs, workLostMs: pauseMs * 1.5 },
    },
    qemu: { pauseMs, parts },
    guest: { badPages: 0, clockWentBack: false },
    quiet: { p99Ms: 2, maxMs: 5, rejected: 0, isQuiet: true },
    control: { clientMs: 80, daemonsMs: 60 },
    service: { p50Ms: 1, p99Ms: 3 },
    ...more,
  };
}

/** A whole made-up benchmark; the seed moves its figures a little. */
export function madeUpLog(plan: Plan = QUICK_PLAN, seed = 1): Log {
  const random = seededRandom(seed);
  const runs = unfold(plan).flatMap(({ scenario, rounds }) =>
    rounds.flatMap((sides, round) =>
      sides.map((side): LoggedRun => {
        const pauseMs = (PAUSES_MS[side] ?? 100) * (0.9 + 0.2 * random());
        return { scenario: scenario.name, side, round, run: madeUpRun(pauseMs) };
      }),
    ),
  );
  return { startedAt: '2026-01-01T12:00:00.000Z', plan, surroundings: undefined, selfTest: undefined, runs };
}
