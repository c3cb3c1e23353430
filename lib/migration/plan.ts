import type { Domain } from '../libvirt/index.js';
import type { Capabilities, Policy, Settings, Situation } from '../policy/index.js';
import type { MigrationPlan } from './events.js';

/** Which actuators there are, given how the policy wanted the job to be started. Pure. */
export function capabilitiesOf({ autoConverge, postCopy }: Settings, hasMonitor: boolean): Capabilities {
  return { throttle: hasMonitor && autoConverge !== undefined, autoConverge: autoConverge !== undefined, postCopy };
}

/** How a guest's migration is to be steered. */
export function planOf(guest: Domain, policy: Policy, situation: Situation, fixedPauseMs: number): MigrationPlan {
  const settings = policy.settings(situation);
  const hasMonitor = guest.connection.options.allowMonitorCommand === true;
  const can = capabilitiesOf(settings, hasMonitor);
  return { policy: policy.name, situation, settings, can, hasMonitor, fixedPauseMs };
}
