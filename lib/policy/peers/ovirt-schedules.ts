/** What VDSM does at one rung: a limit in milliseconds, or one of the last resorts. */
export type ScheduledAction = { readonly setDowntimeMs: number } | 'postcopy' | 'abort';

/** A convergence schedule as the engine sends it to VDSM. */
export interface OvirtSchedule {
  readonly initial: readonly ScheduledAction[];
  /** An action is taken when more iterations than its limit have gone by; -1 means at the next one. */
  readonly stalling: readonly { readonly limit: number; readonly action: ScheduledAction }[];
  readonly autoConverge: boolean;
}

/**
 * The engine's schedules, as in the migration policies for cluster level 4.8.
 *
 * @see oVirt/ovirt-engine, packaging/dbscripts/upgrade/pre_upgrade/0000_config.sql: MigrationPolicies; oVirt/vdsm, lib/vdsm/virt/migration.py: _legacy_convergence_schedule
 */
export const OVIRT_SCHEDULES = {
  'minimal-downtime': schedule(100, { 1: 150, 2: 200, 3: 300, 4: 400, 6: 500 }, ['abort']),
  'suspend-if-needed': schedule(100, { 1: 150, 2: 200, 3: 300, 4: 400, 6: 500 }, [{ setDowntimeMs: 5000 }, 'abort']),
  'post-copy': schedule(100, { 1: 150, 2: 200 }, ['postcopy', 'abort']),
  'very-large': schedule(300, { 1: 400, 2: 500, 3: 700, 4: 1000, 6: 1500 }, [{ setDowntimeMs: 5000 }, 'abort']),
  legacy: legacySchedule(500, 5),
} as const satisfies Record<string, OvirtSchedule>;

export type OvirtScheduleName = keyof typeof OVIRT_SCHEDULES;

function schedule(
  initialMs: number,
  limitsMs: Record<number, number>,
  last: readonly ScheduledAction[],
): OvirtSchedule {
  const rungs = Object.entries(limitsMs).map(([limit, setDowntimeMs]) => ({
    limit: Number(limit),
    action: { setDowntimeMs },
  }));
  return {
    initial: [{ setDowntimeMs: initialMs }],
    stalling: [...rungs, ...last.map((action) => ({ limit: -1, action }))],
    autoConverge: true,
  };
}

/** VDSM's own schedule where the engine sends none: limits that grow exponentially, then a long wait for the end. */
function legacySchedule(maximumMs: number, steps: number): OvirtSchedule {
  const offset = maximumMs / steps;
  const base = (maximumMs - offset) ** (1 / (steps - 1));
  const [initial, ...rest] = Array.from({ length: steps }, (_, step) => ({
    setDowntimeMs: Math.trunc(offset + base ** step),
  }));
  const last = rest.at(-1);
  return {
    initial: initial === undefined ? [] : [initial],
    stalling: [
      ...rest.map((action, index) => ({ limit: index + 1, action })),
      // VDSM repeats its last limit, which changes nothing but puts the abort off until iteration 43 and later.
      ...(last === undefined ? [] : [{ limit: 42, action: last }]),
      { limit: -1, action: 'abort' as const },
    ],
    autoConverge: false,
  };
}
