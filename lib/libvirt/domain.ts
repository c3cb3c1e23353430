import type { Connection } from './connection.js';
import { DomainState, DomainStatsTypes } from './constants.generated.js';
import { DomainConfiguration } from './domain-configuration.js';
import { type DomainStateInfo, toDomainState } from './domain-state.js';
import { type DirtyRate, type DomainStats, toDomainStats } from './domain-stats.js';
import { camelNameOf, type NamesOf } from './names.js';
import { type NativeDomainIdentity, native } from './native.js';
import { SAVE_PARAMETERS, type SaveParameters } from './save-parameters.js';
import { toParameters } from './typed-parameters.js';

/** What `virDomainGetInfo` says. */
export interface DomainInfo {
  readonly state: NamesOf<typeof DomainState>;
  readonly maxMemoryKibibytes: number;
  readonly memoryKibibytes: number;
  readonly virtualCpus: number;
  /** CPU time used; exact to 2^53 ns, 104 days. */
  readonly cpuTimeNs: number;
}

/**
 * A virtual machine on a host. Connections make domains; when the connection is closed every call on them fails with
 * ConnectionClosedError. A domain that migrated away is another Domain, on the other connection, with the same UUID.
 */
export class Domain extends DomainConfiguration {
  /** What it does and why: `{ state: 'paused', reason: 'migration' }`. libvirt: virDomainGetState. */
  async getState(flags = 0): Promise<DomainStateInfo> {
    const { state, reason } = await this.call(native().domainGetState, flags);
    return toDomainState(state, reason);
  }

  /** libvirt: virDomainGetInfo. */
  async getInfo(): Promise<DomainInfo> {
    const info = await this.call(native().domainGetInfo);
    return {
      state: camelNameOf(DomainState, info.state),
      maxMemoryKibibytes: Number(info.maxMemoryKibibytes),
      memoryKibibytes: Number(info.memoryKibibytes),
      virtualCpus: Number(info.virtualCpus),
      cpuTimeNs: Number(info.cpuTimeNs),
    };
  }

  /** Its XML; `flags` (DomainXMLFlags): SECURE with secrets, INACTIVE, MIGRATABLE. libvirt: virDomainGetXMLDesc. */
  getXMLDesc(flags = 0): Promise<string> {
    return this.call(native().domainGetXMLDesc, flags);
  }

  /** `hvm`. libvirt: virDomainGetOSType. */
  getOSType(): Promise<string> {
    return this.call(native().domainGetOSType);
  }

  /** libvirt: virDomainIsActive. */
  isActive(): Promise<boolean> {
    return this.call(native().domainIsActive);
  }

  /** Whether it is defined, and so outlives its end. libvirt: virDomainIsPersistent. */
  isPersistent(): Promise<boolean> {
    return this.call(native().domainIsPersistent);
  }

  /** Whether its definition was changed while it runs. libvirt: virDomainIsUpdated. */
  isUpdated(): Promise<boolean> {
    return this.call(native().domainIsUpdated);
  }

  /** Statistics; `stats` (DomainStatsTypes): which groups, 0 all. libvirt: virDomainListGetStats. */
  async getStats(stats = 0, flags = 0): Promise<DomainStats> {
    const domainListGetStats = () => native().domainListGetStats([this.handle], stats, flags);
    const [record] = await this.connection.call(domainListGetStats);
    return toDomainStats(this, record?.values ?? {});
  }

  /** The last dirty-rate measurement; undefined if there was none. libvirt: virDomainListGetStats. */
  async getDirtyRate(): Promise<DirtyRate | undefined> {
    return (await this.getStats(DomainStatsTypes.DIRTYRATE)).dirtyRate;
  }

  /** Starts a defined domain; `flags`: DomainCreateFlags. libvirt: virDomainCreateWithFlags. */
  create(flags = 0): Promise<void> {
    return this.call(native().domainCreateWithFlags, flags);
  }

  /** Stops its CPUs. libvirt: virDomainSuspend. */
  suspend(): Promise<void> {
    return this.call(native().domainSuspend);
  }

  /** Lets them run. Hangs for 30 s during a migration: don't. libvirt: virDomainResume. */
  resume(): Promise<void> {
    return this.call(native().domainResume);
  }

  /** Ends it at once, like pulling the plug. libvirt: virDomainDestroyFlags. */
  destroy(): Promise<void> {
    return this.destroyFlags(0);
  }

  /** The same with DomainDestroyFlagsValues. libvirt: virDomainDestroyFlags. */
  destroyFlags(flags: number): Promise<void> {
    return this.call(native().domainDestroyFlags, flags);
  }

  /** Asks the guest to shut down; `flags`: DomainShutdownFlagValues. libvirt: virDomainShutdownFlags. */
  shutdown(flags = 0): Promise<void> {
    return this.call(native().domainShutdownFlags, flags);
  }

  /** Asks the guest to reboot; `flags`: DomainRebootFlagValues. libvirt: virDomainReboot. */
  reboot(flags = 0): Promise<void> {
    return this.call(native().domainReboot, flags);
  }

  /** Resets it, like the button. libvirt: virDomainReset. */
  reset(flags = 0): Promise<void> {
    return this.call(native().domainReset, flags);
  }

  /** Removes its definition. libvirt: virDomainUndefineFlags. */
  undefine(): Promise<void> {
    return this.undefineFlags(0);
  }

  /** The same with DomainUndefineFlagsValues. libvirt: virDomainUndefineFlags. */
  undefineFlags(flags: number): Promise<void> {
    return this.call(native().domainUndefineFlags, flags);
  }

  /** Saves it to a file of the host and ends it. libvirt: virDomainSaveFlags. */
  save(file: string): Promise<void> {
    return this.saveFlags(file);
  }

  /** The same with other XML and DomainSaveRestoreFlags. libvirt: virDomainSaveFlags. */
  saveFlags(file: string, destinationXml?: string, flags = 0): Promise<void> {
    return this.call(native().domainSaveFlags, file, destinationXml, flags);
  }

  /** The same with typed parameters. libvirt: virDomainSaveParams. */
  async saveParams(parameters: SaveParameters, flags = 0): Promise<void> {
    await this.call(native().domainSaveParams, toParameters(SAVE_PARAMETERS, parameters, 'parameters'), flags);
  }

  /** Saves it where the next create() finds it. libvirt: virDomainManagedSave. */
  managedSave(flags = 0): Promise<void> {
    return this.call(native().domainManagedSave, flags);
  }

  /** libvirt: virDomainHasManagedSaveImage. */
  hasManagedSaveImage(flags = 0): Promise<boolean> {
    return this.call(native().domainHasManagedSaveImage, flags);
  }

  /** libvirt: virDomainManagedSaveRemove. */
  managedSaveRemove(flags = 0): Promise<void> {
    return this.call(native().domainManagedSaveRemove, flags);
  }

  /** The XML in the managed save. libvirt: virDomainManagedSaveGetXMLDesc. */
  managedSaveGetXMLDesc(flags = 0): Promise<string> {
    return this.call(native().domainManagedSaveGetXMLDesc, flags);
  }

  /** Replaces it. libvirt: virDomainManagedSaveDefineXML. */
  managedSaveDefineXML(xml: string, flags = 0): Promise<void> {
    return this.call(native().domainManagedSaveDefineXML, xml, flags);
  }

  /** Adds a device; `flags`: DomainDeviceModifyFlags. libvirt: virDomainAttachDeviceFlags. */
  attachDevice(xml: string, flags = 0): Promise<void> {
    return this.call(native().domainAttachDeviceFlags, xml, flags);
  }

  /** Removes one; deviceRemoved says when it is gone. libvirt: virDomainDetachDeviceFlags. */
  detachDevice(xml: string, flags = 0): Promise<void> {
    return this.call(native().domainDetachDeviceFlags, xml, flags);
  }

  /** The same by alias. libvirt: virDomainDetachDeviceAlias. */
  detachDeviceAlias(alias: string, flags = 0): Promise<void> {
    return this.call(native().domainDetachDeviceAlias, alias, flags);
  }

  /** Changes one. libvirt: virDomainUpdateDeviceFlags. */
  updateDevice(xml: string, flags = 0): Promise<void> {
    return this.call(native().domainUpdateDeviceFlags, xml, flags);
  }

  protected override adopt(connection: Connection, identity: NativeDomainIdentity): Domain {
    return new Domain(connection, identity);
  }
}
