import { ESCALATIONS, type Escalation, type PolicyName } from '../../lib/policy/index.js';
import type { Strategy } from '../engine/strategy.js';
import type { SuiteScenario } from './scenario.js';

/** What a strategy is told of the scenario that it is for. */
type Terms = Pick<SuiteScenario, 'budget' | 'patienceSeconds'>;

/** A way to move a guest that any scenario can name. */
export interface StrategyPlan {
  /** What it is called on a page. */
  readonly title: string;
  readonly about: string;
  readonly make: (terms: Terms) => Strategy;
}

/** This project's own, other controllers' rules in its engine, libvirt's command with each of its escalations, and the floor. */
export const STRATEGIES = {
  precopy: asking('precopy', 'meets the budget by passes alone'),
  'precopy-throttle': asking('precopy + throttle', 'the same with a computed throttle', 'throttle'),
  'precopy-throttle-monitor': {
    title: 'precopy + throttle by monitor',
    about: "the same, with the throttle steered in flight through QEMU's monitor",
    make: ({ budget }) => ({ by: 'engine', options: { budget, escalate: ['throttle'] }, monitor: true }),
  },
  'precopy-post-copy': asking('precopy + post-copy', 'the same with post-copy where passes do not help', 'post-copy'),
  'precopy-pause': {
    title: 'precopy + pause',
    about: 'a pause at a pass boundary when patience is over',
    make: ({ patienceSeconds }) => ({
      by: 'engine',
      options: { budget: { totalMs: patienceSeconds * 1000 }, escalate: ['pause'] },
    }),
  },
  nova: byRulesOf('nova'),
  ovirt: byRulesOf('ovirt'),
  'ovirt-suspend-if-needed': byRulesOf('ovirt-suspend-if-needed'),
  'ovirt-post-copy': byRulesOf('ovirt-post-copy'),
  kubevirt: byRulesOf('kubevirt'),
  'kubevirt-stall': byRulesOf('kubevirt-stall'),
  proxmox: byRulesOf('proxmox'),
  virsh: byVirsh('virsh', () => []),
  'virsh-auto-converge': byVirsh('virsh --auto-converge', () => ['--auto-converge']),
  'virsh-postcopy': byVirsh('virsh --timeout-postcopy', (seconds) => [
    ...['--postcopy', '--timeout', seconds, '--timeout-postcopy'],
  ]),
  'virsh-suspend': byVirsh('virsh --timeout-suspend', (seconds) => ['--timeout', seconds, '--timeout-suspend']),
  qmp: {
    title: 'QEMU alone (floor)',
    about: 'two bare QEMUs without libvirt, over QMP, with a limit of 10 ms: no controller gets far below',
    make: () => ({ by: 'qmp', downtimeLimitMs: 10 }),
  },
} as const satisfies Record<string, StrategyPlan>;

export type StrategyName = keyof typeof STRATEGIES;

// Object.keys forgets that it gives the keys.
export const STRATEGY_NAMES = Object.keys(STRATEGIES) as StrategyName[];

/** Sets a limit that others can be measured against, and is no choice that a user has. */
export const FLOOR: StrategyName = 'qmp';

function asking(title: string, about: string, ...escalate: Escalation[]): StrategyPlan {
  return { title, about, make: ({ budget }) => ({ by: 'engine', options: { budget, escalate } }) };
}

function byRulesOf(policy: PolicyName): StrategyPlan {
  return {
    title: `${policy}'s rules`,
    about: `the rules of ${policy}, as this project's engine carries them out`,
    make: () => ({ by: 'engine', options: { policy, escalate: ESCALATIONS } }),
  };
}

function byVirsh(title: string, flags: (patience: string) => readonly string[]): StrategyPlan {
  return {
    title,
    about: '`virsh migrate --live --p2p` itself',
    make: ({ patienceSeconds }) => ({ by: 'virsh', flags: flags(String(patienceSeconds)) }),
  };
}
