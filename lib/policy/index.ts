/**
 * Policies: pure functions from what is seen of a migration to actions. They import nothing that does input or output or reads a clock, so
 * that a thousand runs are simulated in a second and every decision can be replayed.
 */
export * from './action.js';
export { budget } from './budget.js';
export {
  type Condition,
  type Ladder,
  type LadderAction,
  ladder,
  parseLadder,
  type Range,
  type Rung,
} from './ladder.js';
export { ladderSchema } from './ladder-shape.js';
export * from './landing.js';
export { LandingGear } from './landing-gear.js';
export * from './outlook.js';
export * from './pace.js';
export { type DowntimeTuning, type KubevirtLegacyOptions, kubevirt } from './peers/kubevirt.js';
export type { KubevirtOptions } from './peers/kubevirt-options.js';
export { type KubevirtStallOptions, kubevirtStall } from './peers/kubevirt-stall.js';
export { type NovaOptions, nova } from './peers/nova.js';
export { type OvirtOptions, ovirt } from './peers/ovirt.js';
export {
  OVIRT_SCHEDULES,
  type OvirtSchedule,
  type OvirtScheduleName,
  type ScheduledAction,
} from './peers/ovirt-schedules.js';
export { type ProxmoxOptions, proxmox } from './peers/proxmox.js';
export { qemu } from './peers/qemu.js';
export type { StallOptions } from './peers/stall-detector.js';
export { type VirshOptions, virsh } from './peers/virsh.js';
export * from './policy.js';
export * from './rates.js';
export * as policies from './registry.js';
export { type PolicyName, policyByName, toPolicy } from './registry.js';
export { type Permitted, permitted } from './rules.js';
export { throttleNeeded } from './throttle.js';
export * from './view.js';
