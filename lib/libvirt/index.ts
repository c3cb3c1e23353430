/** libvirt for Node: connections, domains, events and errors, complete for migration. */

export {
  AddonMissingError,
  ConnectionClosedError,
  InvalidArgumentError,
  NotAllowedError,
  PrecopyError,
  UnsupportedLibvirtError,
} from '../errors.js';
export { CALL_CHANNEL, type CallTrace } from './call-channel.js';
export { Connection, connect, getVersion } from './connection.js';
export * from './constants.generated.js';
export { Domain, type DomainInfo } from './domain.js';
export type { BlockInfo, BlockJobInfo, ControlInfo } from './domain-configuration.js';
export type { JobInfo } from './domain-migration.js';
export type { DomainStateInfo } from './domain-state.js';
export type { DirtyRate, DomainStats } from './domain-stats.js';
export { type ConnectionOptions, type Credentials, type Endpoint, endpointUri, type KeepAlive } from './endpoint.js';
export { LibvirtError, type LibvirtErrorCode } from './error.js';
export type { CloseEvent, SourceEvents, Subscription } from './event-source.js';
export type { EventStream } from './event-stream.js';
export type * from './event-types.js';
export type { Hypervisor, NodeInfo, Version } from './host-calls.js';
export type { JobStats } from './job-stats.js';
export type { MigrateParameters } from './migrate-parameters.js';
export type { RestoreParameters, SaveParameters } from './save-parameters.js';
export type { MemoryParameters, SchedulerParameters } from './tunables.js';
export type { RawParameters } from './typed-parameters.js';
export type { UriOptions } from './uri.js';
