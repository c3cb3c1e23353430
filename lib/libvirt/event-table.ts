import * as constants from './constants.generated.js';
import type { DomainEventName, DomainEvents, EventDomain, GraphicsAddress } from './event-types.js';
import { toJobStats } from './job-stats.js';
import { camelNameOf } from './names.js';
import type { NativeEventDomain, NativeRecord, NativeValues } from './native.js';

type Fields<Name extends DomainEventName> = Omit<DomainEvents[Name], 'domain' | 'monotonicNs'>;

interface EventEntry {
  /** libvirt's number for it; none for what QEMU's monitor says, which has functions of its own. */
  readonly id: number | undefined;
  /** The first release of libvirt that has it. */
  readonly since: string;
  /** Turns the numbers of the C interface into names. */
  readonly decode: (fields: NativeRecord) => object;
}

/** The addon's fields of these events have their final names and no enumeration among them. */
const same = (fields: NativeRecord): object => fields;

const { DomainEventID } = constants;

const LIFECYCLE_DETAILS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  defined: constants.DomainEventDefinedDetailType,
  undefined: constants.DomainEventUndefinedDetailType,
  started: constants.DomainEventStartedDetailType,
  suspended: constants.DomainEventSuspendedDetailType,
  resumed: constants.DomainEventResumedDetailType,
  stopped: constants.DomainEventStoppedDetailType,
  shutdown: constants.DomainEventShutdownDetailType,
  pmsuspended: constants.DomainEventPMSuspendedDetailType,
  crashed: constants.DomainEventCrashedDetailType,
};

/** Every event of libvirt: its number and how its fields are read. A test compares it with the API description. */
export const EVENT_TABLE: Readonly<Record<DomainEventName, EventEntry>> = {
  lifecycle: { id: DomainEventID.LIFECYCLE, since: '0.8.0', decode: decodeLifecycle },
  reboot: { id: DomainEventID.REBOOT, since: '0.8.0', decode: same },
  rtcChange: { id: DomainEventID.RTC_CHANGE, since: '0.8.0', decode: same },
  watchdog: {
    id: DomainEventID.WATCHDOG,
    since: '0.8.0',
    decode: (fields): Fields<'watchdog'> => ({
      action: camelNameOf(constants.DomainEventWatchdogAction, fields.action),
    }),
  },
  ioError: { id: DomainEventID.IO_ERROR, since: '0.8.0', decode: decodeIoError },
  graphics: { id: DomainEventID.GRAPHICS, since: '0.8.0', decode: decodeGraphics },
  ioErrorReason: { id: DomainEventID.IO_ERROR_REASON, since: '0.8.1', decode: decodeIoError },
  controlError: { id: DomainEventID.CONTROL_ERROR, since: '0.9.2', decode: same },
  blockJob: { id: DomainEventID.BLOCK_JOB, since: '0.9.4', decode: decodeBlockJob },
  diskChange: {
    id: DomainEventID.DISK_CHANGE,
    since: '0.9.7',
    decode: (fields) => ({
      ...fields,
      reason: camelNameOf(constants.ConnectDomainEventDiskChangeReason, fields.reason),
    }),
  },
  trayChange: {
    id: DomainEventID.TRAY_CHANGE,
    since: '0.9.11',
    decode: (fields) => ({ ...fields, reason: camelNameOf(constants.DomainEventTrayChangeReason, fields.reason) }),
  },
  pmwakeup: { id: DomainEventID.PMWAKEUP, since: '0.9.11', decode: same },
  pmsuspend: { id: DomainEventID.PMSUSPEND, since: '0.9.11', decode: same },
  balloonChange: { id: DomainEventID.BALLOON_CHANGE, since: '0.10.0', decode: same },
  pmsuspendDisk: { id: DomainEventID.PMSUSPEND_DISK, since: '1.0.0', decode: same },
  deviceRemoved: { id: DomainEventID.DEVICE_REMOVED, since: '1.1.1', decode: same },
  blockJob2: { id: DomainEventID.BLOCK_JOB_2, since: '1.2.6', decode: decodeBlockJob },
  tunable: {
    id: DomainEventID.TUNABLE,
    since: '1.2.9',
    decode: (fields): Fields<'tunable'> => ({ parameters: fields }),
  },
  agentLifecycle: {
    id: DomainEventID.AGENT_LIFECYCLE,
    since: '1.2.11',
    decode: (fields): Fields<'agentLifecycle'> => ({
      state: camelNameOf(constants.ConnectDomainEventAgentLifecycleState, fields.state),
      reason: camelNameOf(constants.ConnectDomainEventAgentLifecycleReason, fields.reason),
    }),
  },
  deviceAdded: { id: DomainEventID.DEVICE_ADDED, since: '1.2.15', decode: same },
  migrationIteration: { id: DomainEventID.MIGRATION_ITERATION, since: '1.3.2', decode: same },
  jobCompleted: {
    id: DomainEventID.JOB_COMPLETED,
    since: '1.3.3',
    decode: (fields): Fields<'jobCompleted'> => ({
      stats: toJobStats(constants.DomainJobType.COMPLETED, presentValues(fields)),
    }),
  },
  deviceRemovalFailed: { id: DomainEventID.DEVICE_REMOVAL_FAILED, since: '1.3.4', decode: same },
  metadataChange: {
    id: DomainEventID.METADATA_CHANGE,
    since: '3.0.0',
    decode: (fields) => ({ ...fields, type: camelNameOf(constants.DomainMetadataType, fields.type) }),
  },
  blockThreshold: { id: DomainEventID.BLOCK_THRESHOLD, since: '3.2.0', decode: same },
  memoryFailure: {
    id: DomainEventID.MEMORY_FAILURE,
    since: '6.9.0',
    decode: (fields) => ({
      ...fields,
      recipient: camelNameOf(constants.DomainMemoryFailureRecipientType, fields.recipient),
      action: camelNameOf(constants.DomainMemoryFailureActionType, fields.action),
    }),
  },
  memoryDeviceSizeChange: { id: DomainEventID.MEMORY_DEVICE_SIZE_CHANGE, since: '7.9.0', decode: same },
  nicMacChange: { id: DomainEventID.NIC_MAC_CHANGE, since: '11.2.0', decode: same },
  qemuMonitorEvent: { id: undefined, since: '1.2.3', decode: decodeQemuMonitorEvent },
};

/** Makes the event that listeners get. */
export function decodeEvent<Name extends DomainEventName>(
  name: Name,
  monotonicNs: bigint,
  domain: NativeEventDomain,
  fields: NativeRecord,
): DomainEvents[Name] {
  const identity: EventDomain = { name: domain.name ?? '', uuid: domain.uuid ?? '', id: domain.id };
  // The addon and the table's decode function make the fields of this event; the tests check each shape that occurs.
  return { domain: identity, monotonicNs, ...EVENT_TABLE[name].decode(fields) } as DomainEvents[Name];
}

/** Tells events of domains from those that Node itself emits on an emitter. */
export function isDomainEventName(name: string | symbol): name is DomainEventName {
  return typeof name === 'string' && Object.hasOwn(EVENT_TABLE, name);
}

function decodeLifecycle(fields: NativeRecord): object {
  const event = camelNameOf(constants.DomainEventType, fields.event);
  const details = LIFECYCLE_DETAILS[event] ?? {};
  return { event, detail: camelNameOf(details, fields.detail) };
}

function decodeIoError(fields: NativeRecord): object {
  return { ...fields, action: camelNameOf(constants.DomainEventIOErrorAction, fields.action) };
}

function decodeBlockJob(fields: NativeRecord): object {
  return {
    ...fields,
    type: camelNameOf(constants.DomainBlockJobType, fields.type),
    status: camelNameOf(constants.ConnectDomainEventBlockJobStatus, fields.status),
  };
}

function decodeGraphics(fields: NativeRecord): Fields<'graphics'> {
  const address = (side: 'local' | 'remote'): GraphicsAddress => ({
    family: camelNameOf(constants.DomainEventGraphicsAddressType, fields[`${side}.family`]),
    node: String(fields[`${side}.node`] ?? ''),
    service: String(fields[`${side}.service`] ?? ''),
  });
  const identities: { type: string; name: string }[] = [];
  for (let i = 0; `identity.${i}.type` in fields; i++) {
    identities.push({
      type: String(fields[`identity.${i}.type`] ?? ''),
      name: String(fields[`identity.${i}.name`] ?? ''),
    });
  }
  return {
    phase: camelNameOf(constants.DomainEventGraphicsPhase, fields.phase),
    local: address('local'),
    remote: address('remote'),
    authenticationScheme: String(fields.authenticationScheme ?? ''),
    identities,
  };
}

function decodeQemuMonitorEvent({ event, seconds, microseconds, details }: NativeRecord): Fields<'qemuMonitorEvent'> {
  // libvirt says -1 where QEMU has said nothing. All of it has room in a number until the year 2255.
  const isStamped = typeof seconds === 'number' && typeof microseconds === 'number' && seconds >= 0;
  return {
    event: String(event ?? ''),
    timestampMicroseconds: isStamped ? seconds * 1e6 + microseconds : undefined,
    details: typeof details === 'string' ? details : undefined,
  };
}

function presentValues(fields: NativeRecord): NativeValues {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
