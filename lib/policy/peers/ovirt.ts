import { type Action, downtimeLimit } from '../action.js';
import { definePolicy, type Policy } from '../policy.js';
import {
  OVIRT_SCHEDULES,
  type OvirtSchedule,
  type OvirtScheduleName,
  type ScheduledAction,
} from './ovirt-schedules.js';
import { isDue, type Polling } from './polling.js';

export interface OvirtOptions {
  /** One of the engine's schedules by name, or one of your own. Default `minimal-downtime`, as in the engine. */
  readonly schedule?: OvirtScheduleName | OvirtSchedule;
  /** `migration_monitor_interval`, in milliseconds. Default 10 000. */
  readonly pollMs?: number;
}

interface State extends Polling {
  readonly started: boolean;
  /** How many rungs of the schedule are done. */
  readonly rung: number;
  readonly initialSyncs: number | undefined;
  readonly lastSyncs: number;
}

/**
 * oVirt's VDSM. Its counter is called "stalling" and is the plain number of libvirt's iterations since it first looked: the schedule runs
 * down however well the migration goes, at most one rung for each look, and an abort waits at its end.
 *
 * @see oVirt/vdsm, lib/vdsm/virt/migration.py: MonitorThread.monitor_migration, _next_action, exponential_downtime; lib/vdsm/common/config.py.in
 */
export function ovirt(options: OvirtOptions = {}): Policy {
  const { schedule: chosen = 'minimal-downtime', pollMs = 10_000 } = options;
  const schedule: OvirtSchedule = typeof chosen === 'string' ? OVIRT_SCHEDULES[chosen] : chosen;
  return definePolicy<State>({
    name: typeof chosen === 'string' ? `ovirt-${chosen}` : 'ovirt',
    initialState: { nextPollAtMs: pollMs, started: false, rung: 0, initialSyncs: undefined, lastSyncs: 0 },
    settings: () => ({
      postCopy: schedule.stalling.some(({ action }) => action === 'postcopy'),
      ...(schedule.autoConverge ? { autoConverge: { initial: 0.2, increment: 0.1 } } : {}),
      notes: [],
    }),
    decide(view, state) {
      if (!state.started) {
        return {
          state: { ...state, started: true },
          actions: schedule.initial.map((action) => perform(action, 'initial item')),
        };
      }
      if (!isDue(state, view.elapsedMs)) return { state };
      const polled = { ...state, nextPollAtMs: view.elapsedMs + pollMs };
      // The first number need not be 0 or 1: it may include an earlier migration that was cancelled.
      if (state.initialSyncs === undefined)
        return { state: { ...polled, initialSyncs: view.syncs, lastSyncs: view.syncs } };
      if (view.postCopyActive || view.syncs <= state.lastSyncs) return { state: polled };
      const seen = { ...polled, lastSyncs: view.syncs };
      const iterations = view.syncs - state.initialSyncs;
      const head = schedule.stalling[state.rung];
      if (head === undefined || head.limit >= iterations) return { state: seen };
      const reason = `iteration ${iterations} is beyond the rung's ${head.limit}`;
      return { state: { ...seen, rung: state.rung + 1 }, actions: [perform(head.action, reason)] };
    },
  });
}

function perform(action: ScheduledAction, reason: string): Action {
  if (action === 'postcopy') return { kind: 'post-copy', reason };
  if (action === 'abort') return { kind: 'abort', reason };
  return downtimeLimit(action.setDowntimeMs, reason);
}
