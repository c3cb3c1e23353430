import { InvalidArgumentError, NotAllowedError, UnsupportedLibvirtError } from '../errors.js';
import type { Connection } from './connection.js';
import { DomainJobType, DomainMigrateFlags, type DomainMigrateMaxSpeedFlags } from './constants.generated.js';
import type { Domain } from './domain.js';
import { DomainHandle } from './domain-handle.js';
import { type Endpoint, endpointUri } from './endpoint.js';
import { type JobStats, toJobStats } from './job-stats.js';
import { MIGRATE_PARAMETERS, type MigrateParameters } from './migrate-parameters.js';
import { camelNameOf, type NamesOf } from './names.js';
import { type NativeDomainIdentity, type NativeParameter, native } from './native.js';
import { type RawParameters, toParameters } from './typed-parameters.js';

/** The older form of job statistics (`virDomainGetJobInfo`). */
export interface JobInfo {
  readonly type: NamesOf<typeof DomainJobType>;
  readonly elapsedMs: number;
  readonly remainingMs: number;
  readonly dataTotalBytes: number;
  readonly dataProcessedBytes: number;
  readonly dataRemainingBytes: number;
  readonly memoryTotalBytes: number;
  readonly memoryProcessedBytes: number;
  readonly memoryRemainingBytes: number;
  readonly fileTotalBytes: number;
  readonly fileProcessedBytes: number;
  readonly fileRemainingBytes: number;
}

/** What this code was written against: parameters of later releases are checked before they are used. */
const BASE_VERSION = 9_000_000;

/** Migration and what can be done while it runs. */
export abstract class DomainMigration extends DomainHandle {
  protected abstract adopt(connection: Connection, identity: NativeDomainIdentity): Domain;

  /**
   * Migrates to the host of another connection, coordinated by this process (with PEER2PEER: by the source's daemon).
   * Settles when the migration has ended, with the domain on the destination. `flags`: DomainMigrateFlags. What libvirt
   * has and `parameters` has not goes into `raw`, under libvirt's names.
   * Throws InvalidArgumentError, UnsupportedLibvirtError, LibvirtError. libvirt: virDomainMigrate3.
   */
  async migrate3(
    destination: Connection,
    parameters: MigrateParameters = {},
    flags = 0,
    raw: RawParameters = {},
  ): Promise<Domain> {
    const typed = await this.#parameters(parameters, raw);
    const identity = await this.call(native().domainMigrate3, destination.handle, typed, flags);
    return this.adopt(destination, identity);
  }

  /**
   * Migrates peer to peer: the source's daemon connects to `destination`, as it reaches it, and coordinates. The URI
   * runs on the source host, so it is checked like one for Connection.open and may be an endpoint with typed options.
   * Null where the destination is not a libvirt (flags without PEER2PEER). libvirt: virDomainMigrateToURI3.
   */
  async migrateToURI3(
    destination: Endpoint | null,
    parameters: MigrateParameters = {},
    flags: number = DomainMigrateFlags.PEER2PEER,
    raw: RawParameters = {},
  ): Promise<void> {
    const uri = destination === null ? null : endpointUri(destination, 'destination');
    await this.call(native().domainMigrateToURI3, uri, await this.#parameters(parameters, raw), flags);
  }

  /** Switches a migration that was started with POSTCOPY to post-copy. libvirt: virDomainMigrateStartPostCopy. */
  migrateStartPostCopy(flags = 0): Promise<void> {
    return this.call(native().domainMigrateStartPostCopy, flags);
  }

  /** Asks the job to stop. That it settles does not mean that it stopped: look. libvirt: virDomainAbortJob. */
  abortJob(): Promise<void> {
    return this.call(native().domainAbortJob);
  }

  /** The same with DomainAbortJobFlagsValues: POSTCOPY ends post-copy, paused on both sides. libvirt: virDomainAbortJobFlags. */
  abortJobFlags(flags: number): Promise<void> {
    return this.call(native().domainAbortJobFlags, flags);
  }

  /** The running job. libvirt: virDomainGetJobInfo. */
  async getJobInfo(): Promise<JobInfo> {
    const { type, ...rest } = await this.call(native().domainGetJobInfo);
    const number = (name: keyof JobInfo): number => Number(rest[name]);
    return {
      type: camelNameOf(DomainJobType, type),
      elapsedMs: number('elapsedMs'),
      remainingMs: number('remainingMs'),
      dataTotalBytes: number('dataTotalBytes'),
      dataProcessedBytes: number('dataProcessedBytes'),
      dataRemainingBytes: number('dataRemainingBytes'),
      memoryTotalBytes: number('memoryTotalBytes'),
      memoryProcessedBytes: number('memoryProcessedBytes'),
      memoryRemainingBytes: number('memoryRemainingBytes'),
      fileTotalBytes: number('fileTotalBytes'),
      fileProcessedBytes: number('fileProcessedBytes'),
      fileRemainingBytes: number('fileRemainingBytes'),
    };
  }

  /**
   * Statistics of the running job, or with DomainGetJobStatsFlags.COMPLETED of the last one: reading those clears them
   * unless KEEP_COMPLETED is given too. libvirt: virDomainGetJobStats.
   */
  async getJobStats(flags = 0): Promise<JobStats> {
    const { type, values } = await this.call(native().domainGetJobStats, flags);
    return toJobStats(type, values);
  }

  /** The limit of the pause, in ms. libvirt: virDomainMigrateGetMaxDowntime. */
  migrateGetMaxDowntime(flags = 0): Promise<number> {
    return this.call(native().domainMigrateGetMaxDowntime, flags);
  }

  /**
   * Sets the limit of the pause: 1 to 2000000 ms. Not 0, which would mean to stop at the end of this pass however long
   * the rest takes. libvirt resets it after each job. libvirt: virDomainMigrateSetMaxDowntime.
   */
  async migrateSetMaxDowntime(milliseconds: number, flags = 0): Promise<void> {
    if (!Number.isInteger(milliseconds) || milliseconds < 1 || milliseconds > 2_000_000) {
      throw new InvalidArgumentError('milliseconds', milliseconds, 'an integer from 1 to 2000000');
    }
    await this.call(native().domainMigrateSetMaxDowntime, milliseconds, flags);
  }

  /** The limit of the bandwidth in MiB/s; POSTCOPY: that of post-copy. libvirt: virDomainMigrateGetMaxSpeed. */
  migrateGetMaxSpeed(flags: number | typeof DomainMigrateMaxSpeedFlags.POSTCOPY = 0): Promise<number> {
    return this.call(native().domainMigrateGetMaxSpeed, flags);
  }

  /** Sets it; 0 means no limit. libvirt: virDomainMigrateSetMaxSpeed. */
  migrateSetMaxSpeed(mebibytesPerSecond: number, flags = 0): Promise<void> {
    return this.call(native().domainMigrateSetMaxSpeed, mebibytesPerSecond, flags);
  }

  /** XBZRLE's cache in bytes. libvirt: virDomainMigrateGetCompressionCache. */
  migrateGetCompressionCache(flags = 0): Promise<number> {
    return this.call(native().domainMigrateGetCompressionCache, flags);
  }

  /** Sets it. libvirt: virDomainMigrateSetCompressionCache. */
  migrateSetCompressionCache(bytes: number, flags = 0): Promise<void> {
    return this.call(native().domainMigrateSetCompressionCache, bytes, flags);
  }

  /**
   * Starts to measure how fast the guest dirties memory; the result is `getDirtyRate()` after so many seconds (1 to 60).
   * `flags` (DomainDirtyRateCalcFlags): how; DIRTY_BITMAP needs KVM. Hangs for 30 s during a migration: don't.
   * libvirt: virDomainStartDirtyRateCalc.
   */
  startDirtyRateCalc(seconds: number, flags = 0): Promise<void> {
    return this.call(native().domainStartDirtyRateCalc, seconds, flags);
  }

  /**
   * Sends a command (QMP as JSON, or with DomainQemuMonitorCommandFlags.HMP a line) to QEMU's monitor. libvirt does not
   * support what comes of it and marks the domain as tainted: only with the connection's option `allowMonitorCommand`.
   * libvirt: virDomainQemuMonitorCommand, from libvirt-qemu.
   */
  async qemuMonitorCommand(command: string, flags = 0): Promise<string> {
    if (this.connection.options.allowMonitorCommand !== true) {
      throw new NotAllowedError(
        'commands to the QEMU monitor are not allowed on this connection',
        'Open the connection with allowMonitorCommand: true.',
      );
    }
    return this.call(native().domainQemuMonitorCommand, command, flags);
  }

  async #parameters(parameters: MigrateParameters, raw: RawParameters): Promise<NativeParameter[]> {
    const typed = toParameters(MIGRATE_PARAMETERS, parameters, 'parameters', raw);
    const newer = Object.entries(MIGRATE_PARAMETERS).filter(
      ([name, field]) => Object.hasOwn(parameters, name) && packed(field.since) > BASE_VERSION,
    );
    if (newer.length === 0) return typed;
    const { number } = await this.connection.getLibVersion();
    for (const [name, { since }] of newer) {
      if (number < packed(since)) throw new UnsupportedLibvirtError(`the parameter ${name}`, since);
    }
    return typed;
  }
}

function packed(version: string): number {
  const [major = 0, minor = 0, release = 0] = version.split('.').map(Number);
  return major * 1_000_000 + minor * 1_000 + release;
}
