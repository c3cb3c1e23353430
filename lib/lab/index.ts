export { LabError, type LabErrorCode } from './errors.js';
export { type MigrationCall, Replies } from './faults/replies.js';
export {
  type Accelerator,
  GUEST_KINDS,
  GuestError,
  type GuestErrorCode,
  type GuestKind,
  WORKLOAD_NAMES,
  type Workload,
  type WorkloadName,
} from './guest/index.js';
export { Daemon } from './host/daemon.js';
export { Host, type HostEndpoint } from './host/host.js';
export { LabNode } from './host/node.js';
export { LabProcess } from './host/process.js';
export { Lab, type LabOptions } from './lab.js';
export { Guest } from './lifecycle/guest.js';
export type { HostInfo, LabInfo } from './lifecycle/list.js';
export type { StartGuestOptions } from './lifecycle/start-guest.js';
export { type Direction, Link, type LinkPart, type ShapeOptions } from './network/link.js';
export type { NetworkName } from './network/plan.js';
export type { Shape } from './network/shape.js';
export { type AnalysisWindow, type Beat, type HeartbeatAnalysis, Heartbeats, Observer } from './observer/index.js';
export type { RunOptions, RunResult } from './run.js';
export { type DiskOptions, SharedDisk } from './storage/disk.js';
