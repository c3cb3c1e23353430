import type { MigrateOptions } from '../../lib/migration/index.js';
import type { PolicyName } from '../../lib/policy/index.js';

/** What the engine is asked for. */
export type Intent = Pick<MigrateOptions, 'budget' | 'escalate'> & {
  /** Another controller's rules, by their name; the budget policy otherwise. */
  readonly policy?: PolicyName;
};

/** How a guest is moved; data alone. */
export type Strategy =
  /** By this project's engine. `monitor` opts in to QEMU's monitor, which is what steers a throttle in flight. */
  | { readonly by: 'engine'; readonly options: Intent; readonly monitor?: boolean }
  /** By `virsh migrate --live --p2p` and these flags. */
  | { readonly by: 'virsh'; readonly flags: readonly string[] }
  /** Two bare QEMUs without libvirt, driven over QMP with this downtime limit. */
  | { readonly by: 'qmp'; readonly downtimeLimitMs: number };

/** What a strategy is called in a report. */
export function nameOf(strategy: Strategy): string {
  switch (strategy.by) {
    case 'engine':
      return ['engine', ...wordsOf(strategy.options), ...(strategy.monitor ? ['monitor'] : [])].join(' ');
    case 'virsh':
      return ['virsh', ...strategy.flags].join(' ');
    case 'qmp':
      return `QMP, limit ${strategy.downtimeLimitMs} ms`;
  }
}

function wordsOf({ policy, budget = {}, escalate = [] }: Intent): string[] {
  const limits = Object.entries(budget).map(([name, value]) => `${name} ${value}`);
  const words = policy === undefined ? limits : [`by ${policy}'s rules`, ...limits];
  return escalate.length === 0 ? words : [...words, `may ${escalate.join(', ')}`];
}
