import type * as constants from './constants.generated.js';
import type { JobStats } from './job-stats.js';
import type { NamesOf, Unknown } from './names.js';

/** The domain of an event, as it was when the event arrived. */
export interface EventDomain {
  readonly name: string;
  readonly uuid: string;
  /** The hypervisor's number for it; undefined when it does not run. */
  readonly id: number | undefined;
}

/** What all events have. */
export interface BaseEvent {
  readonly domain: EventDomain;
  /**
   * When it arrived, stamped in the native event thread: CLOCK_MONOTONIC, comparable to `process.hrtime.bigint()`.
   * Nothing that JavaScript does meanwhile changes it.
   */
  readonly monotonicNs: bigint;
}

interface Lifecycle<Event extends string, Details> extends BaseEvent {
  readonly event: Event;
  readonly detail: NamesOf<Details>;
}

/** `VIR_DOMAIN_EVENT_ID_LIFECYCLE`: a change of state and what brought it about. */
export type LifecycleEvent =
  | Lifecycle<'defined', typeof constants.DomainEventDefinedDetailType>
  | Lifecycle<'undefined', typeof constants.DomainEventUndefinedDetailType>
  | Lifecycle<'started', typeof constants.DomainEventStartedDetailType>
  | Lifecycle<'suspended', typeof constants.DomainEventSuspendedDetailType>
  | Lifecycle<'resumed', typeof constants.DomainEventResumedDetailType>
  | Lifecycle<'stopped', typeof constants.DomainEventStoppedDetailType>
  | Lifecycle<'shutdown', typeof constants.DomainEventShutdownDetailType>
  | Lifecycle<'pmsuspended', typeof constants.DomainEventPMSuspendedDetailType>
  | Lifecycle<'crashed', typeof constants.DomainEventCrashedDetailType>
  | (BaseEvent & { readonly event: Unknown; readonly detail: Unknown });

export interface RtcChangeEvent extends BaseEvent {
  readonly utcOffsetSeconds: number;
}

export interface WatchdogEvent extends BaseEvent {
  readonly action: NamesOf<typeof constants.DomainEventWatchdogAction>;
}

export interface IoErrorEvent extends BaseEvent {
  readonly sourcePath: string;
  readonly deviceAlias: string;
  readonly action: NamesOf<typeof constants.DomainEventIOErrorAction>;
}

export interface IoErrorReasonEvent extends IoErrorEvent {
  readonly reason: string;
}

export interface GraphicsAddress {
  readonly family: NamesOf<typeof constants.DomainEventGraphicsAddressType>;
  readonly node: string;
  readonly service: string;
}

export interface GraphicsEvent extends BaseEvent {
  readonly phase: NamesOf<typeof constants.DomainEventGraphicsPhase>;
  readonly local: GraphicsAddress;
  readonly remote: GraphicsAddress;
  readonly authenticationScheme: string;
  readonly identities: ReadonlyArray<{ readonly type: string; readonly name: string }>;
}

export interface BlockJobEvent extends BaseEvent {
  /** The disk's source path in `blockJob`, its target (`vda`) in `blockJob2`. */
  readonly disk: string;
  readonly type: NamesOf<typeof constants.DomainBlockJobType>;
  readonly status: NamesOf<typeof constants.ConnectDomainEventBlockJobStatus>;
}

export interface DiskChangeEvent extends BaseEvent {
  readonly oldSourcePath: string | undefined;
  readonly newSourcePath: string | undefined;
  readonly deviceAlias: string;
  readonly reason: NamesOf<typeof constants.ConnectDomainEventDiskChangeReason>;
}

export interface TrayChangeEvent extends BaseEvent {
  readonly deviceAlias: string;
  readonly reason: NamesOf<typeof constants.DomainEventTrayChangeReason>;
}

export interface BalloonChangeEvent extends BaseEvent {
  readonly actualKibibytes: number;
}

export interface DeviceEvent extends BaseEvent {
  readonly deviceAlias: string;
}

export interface TunableEvent extends BaseEvent {
  /** What has changed, under libvirt's own names. */
  readonly parameters: Readonly<Record<string, number | boolean | string | undefined>>;
}

export interface AgentLifecycleEvent extends BaseEvent {
  readonly state: NamesOf<typeof constants.ConnectDomainEventAgentLifecycleState>;
  readonly reason: NamesOf<typeof constants.ConnectDomainEventAgentLifecycleReason>;
}

export interface MigrationIterationEvent extends BaseEvent {
  /** Counts synchronisations of the dirty bitmap, not passes, and need not start at 1. */
  readonly iteration: number;
}

export interface JobCompletedEvent extends BaseEvent {
  readonly stats: JobStats;
}

export interface MetadataChangeEvent extends BaseEvent {
  readonly type: NamesOf<typeof constants.DomainMetadataType>;
  readonly namespaceUri: string | undefined;
}

export interface BlockThresholdEvent extends BaseEvent {
  readonly device: string;
  readonly path: string | undefined;
  readonly thresholdBytes: number;
  readonly excessBytes: number;
}

export interface MemoryFailureEvent extends BaseEvent {
  readonly recipient: NamesOf<typeof constants.DomainMemoryFailureRecipientType>;
  readonly action: NamesOf<typeof constants.DomainMemoryFailureActionType>;
  /** `DomainMemoryFailureFlags`. */
  readonly flags: number;
}

export interface MemoryDeviceSizeChangeEvent extends BaseEvent {
  readonly deviceAlias: string;
  readonly sizeKibibytes: number;
}

export interface NicMacChangeEvent extends BaseEvent {
  readonly deviceAlias: string;
  readonly oldMac: string;
  readonly newMac: string;
}

/**
 * What QEMU itself says on its monitor, before libvirt makes of it what it makes. Only with QEMU, and on a connection that may write: others
 * refuse with a LibvirtError, `VIR_ERR_NO_SUPPORT` and `VIR_ERR_OPERATION_DENIED`. To listen runs no command and leaves no trace on the
 * guest. libvirt: virConnectDomainQemuMonitorEventRegister, from libvirt-qemu.
 */
export interface QemuMonitorEvent extends BaseEvent {
  /** QEMU's name for it, like `STOP` or `MIGRATION_PASS`. */
  readonly event: string;
  /**
   * When it happened, by QEMU: microseconds since the epoch on the wall clock of its host, which need not be right. Undefined where QEMU has
   * not said.
   */
  readonly timestampMicroseconds: number | undefined;
  /** QEMU's data as JSON text; undefined where there is none. */
  readonly details: string | undefined;
}

/** All events of domains, by libvirt's names (`VIR_DOMAIN_EVENT_ID_…`) in camelCase; and those of QEMU's monitor. */
export interface DomainEvents {
  lifecycle: LifecycleEvent;
  reboot: BaseEvent;
  rtcChange: RtcChangeEvent;
  watchdog: WatchdogEvent;
  ioError: IoErrorEvent;
  graphics: GraphicsEvent;
  ioErrorReason: IoErrorReasonEvent;
  controlError: BaseEvent;
  blockJob: BlockJobEvent;
  diskChange: DiskChangeEvent;
  trayChange: TrayChangeEvent;
  pmwakeup: BaseEvent;
  pmsuspend: BaseEvent;
  balloonChange: BalloonChangeEvent;
  pmsuspendDisk: BaseEvent;
  deviceRemoved: DeviceEvent;
  blockJob2: BlockJobEvent;
  tunable: TunableEvent;
  agentLifecycle: AgentLifecycleEvent;
  deviceAdded: DeviceEvent;
  migrationIteration: MigrationIterationEvent;
  jobCompleted: JobCompletedEvent;
  deviceRemovalFailed: DeviceEvent;
  metadataChange: MetadataChangeEvent;
  blockThreshold: BlockThresholdEvent;
  memoryFailure: MemoryFailureEvent;
  memoryDeviceSizeChange: MemoryDeviceSizeChangeEvent;
  /** Since libvirt 11.2. */
  nicMacChange: NicMacChangeEvent;
  qemuMonitorEvent: QemuMonitorEvent;
}

export type DomainEventName = keyof DomainEvents;
