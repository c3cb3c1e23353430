import type { DomainStateInfo, JobStats } from '../../libvirt/index.js';
import type { Budget } from '../../policy/index.js';
import type { Role } from '../events.js';
import type { Mode } from '../mode.js';
import type { TransportOptions } from '../options.js';
import type { HostIdentity } from '../result.js';

/**
 * Everything that preflight judges by: plain data. What could not be found out is left out, and `gaps` says why; so no check may take
 * any of it for granted.
 */
export interface PreflightFacts {
  readonly request: RequestFacts;
  readonly source?: HostFacts;
  readonly destination?: HostFacts;
  /** The guest as it is on the source; null when the source does not have it. */
  readonly guest?: GuestFacts | null;
  /** The guest as it will be on the destination: by `destinationXml`, or the same. */
  readonly arriving?: GuestFacts;
  /** Why `destinationXml` cannot be read. */
  readonly destinationXmlProblem?: string;
  readonly state?: Readonly<DomainStateInfo>;
  /** The job that the guest has on the source; `none` when there is none. */
  readonly job?: Readonly<Pick<JobStats, 'type' | 'operation'>>;
  readonly hasSnapshots?: boolean;
  /** What the destination has under the guest's UUID; null when there is nothing. */
  readonly sameUuid?: RivalFacts | null;
  /** What the destination has under the guest's name there; null when there is nothing. */
  readonly sameName?: RivalFacts | null;
  readonly hypervisor?: HypervisorFacts;
  readonly cpu?: CpuFacts;
  readonly memory?: MemoryFacts;
  /** What was looked for in the hosts' file systems. */
  readonly paths?: Readonly<Record<Role, Readonly<Record<string, PathState>>>>;
  readonly gaps?: readonly Gap[];
}

/** What the caller wants, as far as it can be wrong. */
export interface RequestFacts {
  /** `live` when it is left out. */
  readonly mode?: Mode;
  readonly domain: string;
  /** The destination's URI as this process opened it. */
  readonly destinationUri: string;
  readonly transport: Readonly<TransportOptions>;
  readonly destinationName?: string;
  readonly copyDisks?: readonly string[];
  readonly budget?: Budget;
  readonly escalate?: readonly string[];
  readonly safety?: string;
}

export interface HostFacts extends Readonly<HostIdentity> {
  /** The schemes that `migrateUri` may have, as the host's capabilities list them. */
  readonly migrationSchemes?: readonly string[];
}

/** A guest that the destination has already. */
export interface RivalFacts {
  readonly name: string;
  readonly uuid: string;
  readonly active: boolean;
}

export interface GuestFacts {
  readonly name: string;
  readonly uuid: string;
  /** `kvm`, `qemu` (which is TCG). */
  readonly virtualizationType: string;
  readonly architecture: string;
  readonly machine: string;
  readonly emulator?: string;
  /** All that it may ever have, memory devices included. */
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly cpu?: { readonly mode: string; readonly xml: string };
  /** Present when its memory is of huge pages; the size is left out where the host's default is meant. */
  readonly hugePages?: { readonly pageBytes?: number };
  /** Kernel, initial RAM disk, firmware: files that QEMU on the destination has to open. */
  readonly bootFiles: readonly string[];
  readonly disks: readonly DiskFacts[];
  readonly interfaces: readonly InterfaceFacts[];
  /** Devices of the host that it has, in libvirt's words: `hostdev pci 0000:03:00.0`. */
  readonly hostDevices: readonly string[];
  /** What else is in the way of any migration, as phrases. */
  readonly notMigratable: readonly string[];
}

export interface DiskFacts {
  /** Its name in the guest: `vda`. */
  readonly target: string;
  /** libvirt's type of its source: `file`, `block`, `network`, `volume`, …. */
  readonly type: string;
  /** Its path on the host, where it has one. */
  readonly path?: string;
  /** Files below it, which QEMU opens as well. */
  readonly backingPaths: readonly string[];
  readonly cache: string;
  readonly readOnly: boolean;
  readonly shareable: boolean;
  /** May be left out where its source is missing. */
  readonly optional: boolean;
}

export interface InterfaceFacts {
  /** libvirt's type: `bridge`, `network`, `direct`, …. */
  readonly type: string;
  readonly mac: string;
  /** The name of the bridge, network or device that it is plugged into. */
  readonly source?: string;
}

/** What the destination offers of the emulator that the guest needs: the first thing that it lacks, or nothing. */
export interface HypervisorFacts {
  readonly lacks?: 'emulator' | 'virtualization' | 'machine';
  /** What libvirt said to that. */
  readonly message?: string;
  readonly maxVcpus?: number;
}

export interface CpuFacts {
  /** What was compared with the destination: the guest's CPU, or the source's own where that is passed through. */
  readonly compared: 'guest' | 'source';
  readonly result: string;
  /** What libvirt said when they are not compatible: the features that are missing. */
  readonly message?: string;
}

export interface MemoryFacts {
  /** Free or given back at once by caches. */
  readonly availableBytes: number;
  readonly hugePages?: { readonly pageBytes: number; readonly freeBytes: number };
}

export type PathState = 'present' | 'missing' | 'unknown';

/** A question that was not answered. */
export interface Gap {
  readonly side: Role;
  /** What was to be found out, as a phrase. */
  readonly what: string;
  readonly why: string;
  /** Without the answer nothing can be said for the migration: nobody may take silence for consent. */
  readonly essential: boolean;
}
