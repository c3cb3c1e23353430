import { DomainBlockJobType, DomainControlState, DomainMemoryStatTags } from './constants.generated.js';
import { DomainMigration } from './domain-migration.js';
import { camelNameOf, type NamesOf } from './names.js';
import { type NativeValues, native } from './native.js';
import {
  MEMORY_PARAMETERS,
  type MemoryParameters,
  SCHEDULER_PARAMETERS,
  type SchedulerParameters,
} from './tunables.js';
import { fromParameters, toParameters } from './typed-parameters.js';

/** Sizes of a disk. */
export interface BlockInfo {
  /** As the guest sees it. */
  readonly capacityBytes: number;
  /** Taken up by the guest's data. */
  readonly allocationBytes: number;
  /** Of the file or device. */
  readonly physicalBytes: number;
}

/** A job that copies or merges a disk. */
export interface BlockJobInfo {
  readonly type: NamesOf<typeof DomainBlockJobType>;
  /** MiB/s, or with DomainBlockJobInfoFlags.BANDWIDTH_BYTES bytes per second; 0 means no limit. */
  readonly bandwidth: number;
  readonly current: number;
  readonly end: number;
}

/** How the hypervisor's control interface is. */
export interface ControlInfo {
  readonly state: NamesOf<typeof DomainControlState>;
  /** DomainControlErrorReason, if the state is `error`. */
  readonly details: number;
  /** For how long it has been so. */
  readonly stateTimeMs: number;
}

/** What can be read and set on a domain beside its life. `flags` are DomainModificationImpact unless said otherwise. */
export abstract class DomainConfiguration extends DomainMigration {
  /** `posix` for QEMU. libvirt: virDomainGetSchedulerType. */
  getSchedulerType(): Promise<string> {
    return this.call(native().domainGetSchedulerType);
  }

  /** libvirt: virDomainGetSchedulerParametersFlags. */
  async getSchedulerParameters(flags = 0): Promise<SchedulerParameters & Record<string, number | boolean | string>> {
    return fromParameters(SCHEDULER_PARAMETERS, await this.call(native().domainGetSchedulerParametersFlags, flags));
  }

  /** Hangs for 30 s during a migration: don't. libvirt: virDomainSetSchedulerParametersFlags. */
  async setSchedulerParameters(parameters: SchedulerParameters, flags = 0): Promise<void> {
    const typed = toParameters(SCHEDULER_PARAMETERS, parameters, 'parameters');
    await this.call(native().domainSetSchedulerParametersFlags, typed, flags);
  }

  /** libvirt: virDomainGetMemoryParameters. */
  async getMemoryParameters(flags = 0): Promise<MemoryParameters & Record<string, number | boolean | string>> {
    return fromParameters(MEMORY_PARAMETERS, await this.call(native().domainGetMemoryParameters, flags));
  }

  /** libvirt: virDomainSetMemoryParameters. */
  async setMemoryParameters(parameters: MemoryParameters, flags = 0): Promise<void> {
    const typed = toParameters(MEMORY_PARAMETERS, parameters, 'parameters');
    await this.call(native().domainSetMemoryParameters, typed, flags);
  }

  /** Under libvirt's own names (BlkioParam). libvirt: virDomainGetBlkioParameters. */
  getBlkioParameters(flags = 0): Promise<NativeValues> {
    return this.call(native().domainGetBlkioParameters, flags);
  }

  /** Under libvirt's own names (NumaParam). libvirt: virDomainGetNumaParameters. */
  getNumaParameters(flags = 0): Promise<NativeValues> {
    return this.call(native().domainGetNumaParameters, flags);
  }

  /** A disk by target (`vda`) or path. libvirt: virDomainGetBlockInfo. */
  async getBlockInfo(disk: string, flags = 0): Promise<BlockInfo> {
    const info = await this.call(native().domainGetBlockInfo, disk, flags);
    return {
      capacityBytes: Number(info.capacityBytes),
      allocationBytes: Number(info.allocationBytes),
      physicalBytes: Number(info.physicalBytes),
    };
  }

  /** The job on a disk; undefined if there is none. libvirt: virDomainGetBlockJobInfo. */
  async getBlockJobInfo(disk: string, flags = 0): Promise<BlockJobInfo | undefined> {
    const info = await this.call(native().domainGetBlockJobInfo, disk, flags);
    if (info === null) return undefined;
    return {
      type: camelNameOf(DomainBlockJobType, info.type),
      bandwidth: Number(info.bandwidth),
      current: Number(info.current),
      end: Number(info.end),
    };
  }

  /** Asks for one blockThreshold event. libvirt: virDomainSetBlockThreshold. */
  setBlockThreshold(device: string, thresholdBytes: number, flags = 0): Promise<void> {
    return this.call(native().domainSetBlockThreshold, device, thresholdBytes, flags);
  }

  /** What the balloon driver says: KiB and counts by DomainMemoryStatTags in camelCase. libvirt: virDomainMemoryStats. */
  async memoryStats(flags = 0): Promise<Record<string, number>> {
    const stats = await this.call(native().domainMemoryStats, flags);
    return Object.fromEntries(
      Object.entries(stats).map(([tag, value]) => [camelNameOf(DomainMemoryStatTags, Number(tag)), Number(value)]),
    );
  }

  /** How often the balloon driver reports. libvirt: virDomainSetMemoryStatsPeriod. */
  setMemoryStatsPeriod(seconds: number, flags = 0): Promise<void> {
    return this.call(native().domainSetMemoryStatsPeriod, seconds, flags);
  }

  /** Whether the monitor answers. libvirt: virDomainGetControlInfo. */
  async getControlInfo(flags = 0): Promise<ControlInfo> {
    const info = await this.call(native().domainGetControlInfo, flags);
    return {
      state: camelNameOf(DomainControlState, info.state),
      details: Number(info.details),
      stateTimeMs: Number(info.stateTimeMs),
    };
  }

  /** Warnings about it: taints, deprecated features (DomainMessageType). libvirt: virDomainGetMessages. */
  getMessages(flags = 0): Promise<string[]> {
    return this.call(native().domainGetMessages, flags);
  }

  /** Description, title, or the element of a namespace (DomainMetadataType). libvirt: virDomainGetMetadata. */
  getMetadata(type: number, uri?: string, flags = 0): Promise<string> {
    return this.call(native().domainGetMetadata, type, uri, flags);
  }

  /** Sets it; null removes it. `key`: the prefix of the namespace `uri`. libvirt: virDomainSetMetadata. */
  setMetadata(type: number, metadata: string | null, key?: string, uri?: string, flags = 0): Promise<void> {
    return this.call(native().domainSetMetadata, type, metadata, key, uri, flags);
  }

  /** Virtual CPUs (DomainVcpuFlags). libvirt: virDomainGetVcpusFlags. */
  getVcpus(flags = 0): Promise<number> {
    return this.call(native().domainGetVcpusFlags, flags);
  }

  /** The guest's clock, from its agent: nanoseconds since 1970. libvirt: virDomainGetTime. */
  async getTime(flags = 0): Promise<bigint> {
    const { seconds, nanoseconds } = await this.call(native().domainGetTime, flags);
    return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
  }

  /** Sets the guest's clock through its agent; DomainSetTimeFlags.SYNC: from the host's. libvirt: virDomainSetTime. */
  setTime(nanosecondsSince1970: bigint, flags = 0): Promise<void> {
    const seconds = Number(nanosecondsSince1970 / 1_000_000_000n);
    return this.call(native().domainSetTime, seconds, Number(nanosecondsSince1970 % 1_000_000_000n), flags);
  }

  /** The guest's host name, from its agent or lease. libvirt: virDomainGetHostname. */
  getHostname(flags = 0): Promise<string> {
    return this.call(native().domainGetHostname, flags);
  }

  /** Whether it starts with the host. libvirt: virDomainGetAutostart. */
  getAutostart(): Promise<boolean> {
    return this.call(native().domainGetAutostart);
  }

  /** libvirt: virDomainSetAutostart. */
  setAutostart(enabled: boolean): Promise<void> {
    return this.call(native().domainSetAutostart, enabled);
  }

  /** Whether it starts with the host's next start. Since libvirt 11.2. libvirt: virDomainGetAutostartOnce. */
  getAutostartOnce(): Promise<boolean> {
    return this.call(native().domainGetAutostartOnce);
  }

  /** Since libvirt 11.2. libvirt: virDomainSetAutostartOnce. */
  setAutostartOnce(enabled: boolean): Promise<void> {
    return this.call(native().domainSetAutostartOnce, enabled);
  }
}
