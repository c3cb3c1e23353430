import { ConnectionClosedError } from '../errors.js';
import { traced } from './call-channel.js';
import { CPUCompareResult } from './constants.generated.js';
import { translateFailure } from './error.js';
import { EventSource } from './event-source.js';
import { camelNameOf, type NamesOf } from './names.js';
import { type NativeConnection, native } from './native.js';

/** A version of libvirt, QEMU or a driver. */
export interface Version {
  /** 1000000 × major + 1000 × minor + release. */
  readonly number: number;
  /** `11.3.0` */
  readonly text: string;
}

/** What `virNodeGetInfo` says about a host. */
export interface NodeInfo {
  readonly model: string;
  readonly memoryKibibytes: number;
  /** Active CPUs. */
  readonly cpus: number;
  readonly mhz: number;
  readonly nodes: number;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

/** Which hypervisor a question is about. What is left out, the host chooses. */
export interface Hypervisor {
  /** Path of the emulator. */
  readonly emulator?: string;
  /** `x86_64` */
  readonly architecture?: string;
  /** `pc`, `q35` */
  readonly machine?: string;
  /** `kvm`, `qemu` */
  readonly virtualizationType?: string;
}

const cpu = (h: Hypervisor) => [h.emulator, h.architecture, h.machine, h.virtualizationType] as const;

/** libvirt's packed version numbers. */
export function toVersion(number: number): Version {
  return { number, text: `${Math.floor(number / 1e6)}.${Math.floor(number / 1e3) % 1e3}.${number % 1e3}` };
}

/** What a connection can be asked about its host. All calls run on threads of their own, side by side. */
export abstract class HostCalls extends EventSource {
  /** The URI the connection was opened with, as it was given. */
  abstract readonly uri: string;
  /** @internal */
  abstract readonly handle: NativeConnection;
  /** Whether close() was called. */
  abstract readonly closed: boolean;

  /** @internal Makes error classes of what the addon rejects with. */
  async call<A extends unknown[], R>(
    call: (connection: NativeConnection, ...args: A) => Promise<R>,
    ...args: A
  ): Promise<R> {
    if (this.closed) throw new ConnectionClosedError(this.uri);
    return traced(call, this, async () => {
      try {
        return await call(this.handle, ...args);
      } catch (reason) {
        throw translateFailure(reason, this.uri, [this, ...args]);
      }
    });
  }

  /** The host's name. libvirt: virConnectGetHostname. */
  getHostname(): Promise<string> {
    return this.call(native().connectGetHostname);
  }

  /** The URI as the host sees it. libvirt: virConnectGetURI. */
  getURI(): Promise<string> {
    return this.call(native().connectGetURI);
  }

  /** The driver's name, `QEMU`. libvirt: virConnectGetType. */
  getType(): Promise<string> {
    return this.call(native().connectGetType);
  }

  /** The hypervisor's version. libvirt: virConnectGetVersion. */
  async getVersion(): Promise<Version> {
    return toVersion(await this.call(native().connectGetVersion));
  }

  /** The version of libvirt on the host. libvirt: virConnectGetLibVersion. */
  async getLibVersion(): Promise<Version> {
    return toVersion(await this.call(native().connectGetLibVersion));
  }

  /** What the host and its hypervisors can do, as XML. libvirt: virConnectGetCapabilities. */
  getCapabilities(): Promise<string> {
    return this.call(native().connectGetCapabilities);
  }

  /** What domains on a hypervisor can have, as XML. libvirt: virConnectGetDomainCapabilities. */
  getDomainCapabilities(hypervisor: Hypervisor = {}, flags = 0): Promise<string> {
    return this.call(native().connectGetDomainCapabilities, ...cpu(hypervisor), flags);
  }

  /** The host's SMBIOS, as XML. libvirt: virConnectGetSysinfo. */
  getSysinfo(flags = 0): Promise<string> {
    return this.call(native().connectGetSysinfo, flags);
  }

  /** Virtual CPUs that a domain may have at most. libvirt: virConnectGetMaxVcpus. */
  getMaxVcpus(type?: string): Promise<number> {
    return this.call(native().connectGetMaxVcpus, type);
  }

  /** CPU models that libvirt knows. libvirt: virConnectGetCPUModelNames. */
  getCPUModelNames(architecture: string, flags = 0): Promise<string[]> {
    return this.call(native().connectGetCPUModelNames, architecture, flags);
  }

  /** Whether the connection can be listened in on. libvirt: virConnectIsEncrypted. */
  isEncrypted(): Promise<boolean> {
    return this.call(native().connectIsEncrypted);
  }

  /** Whether it is encrypted or local. libvirt: virConnectIsSecure. */
  isSecure(): Promise<boolean> {
    return this.call(native().connectIsSecure);
  }

  /** Compares a CPU, from the capabilities of another host, with this one. libvirt: virConnectCompareCPU. */
  async compareCPU(xml: string, flags = 0): Promise<NamesOf<typeof CPUCompareResult>> {
    return camelNameOf(CPUCompareResult, await this.call(native().connectCompareCPU, xml, flags));
  }

  /** Compares a CPU with what a hypervisor offers here. libvirt: virConnectCompareHypervisorCPU. */
  async compareHypervisorCPU(
    xml: string,
    hypervisor: Hypervisor = {},
    flags = 0,
  ): Promise<NamesOf<typeof CPUCompareResult>> {
    const result = await this.call(native().connectCompareHypervisorCPU, ...cpu(hypervisor), xml, flags);
    return camelNameOf(CPUCompareResult, result);
  }

  /** The CPU that all of these hosts offer, as XML. libvirt: virConnectBaselineCPU. */
  baselineCPU(xmls: readonly string[], flags = 0): Promise<string> {
    return this.call(native().connectBaselineCPU, xmls, flags);
  }

  /** The CPU that all of these hypervisors offer, as XML. libvirt: virConnectBaselineHypervisorCPU. */
  baselineHypervisorCPU(xmls: readonly string[], hypervisor: Hypervisor = {}, flags = 0): Promise<string> {
    return this.call(native().connectBaselineHypervisorCPU, ...cpu(hypervisor), xmls, flags);
  }

  /** The host's CPUs and memory. libvirt: virNodeGetInfo. */
  async nodeGetInfo(): Promise<NodeInfo> {
    const info = await this.call(native().nodeGetInfo);
    const number = (name: string): number => Number(info[name]);
    return {
      model: String(info.model),
      memoryKibibytes: number('memoryKibibytes'),
      cpus: number('cpus'),
      mhz: number('mhz'),
      nodes: number('nodes'),
      sockets: number('sockets'),
      cores: number('cores'),
      threads: number('threads'),
    };
  }

  /** Free memory of the host in bytes. libvirt: virNodeGetFreeMemory. */
  nodeGetFreeMemory(): Promise<number> {
    return this.call(native().nodeGetFreeMemory);
  }

  /** Free memory of NUMA cells in bytes. libvirt: virNodeGetCellsFreeMemory. */
  nodeGetCellsFreeMemory(startCell = 0, maxCells = 1): Promise<number[]> {
    return this.call(native().nodeGetCellsFreeMemory, startCell, maxCells);
  }

  /** Free pages of these sizes, cell by cell. libvirt: virNodeGetFreePages. */
  nodeGetFreePages(pageSizesKibibytes: readonly number[], startCell = 0, cellCount = 1, flags = 0): Promise<number[]> {
    return this.call(native().nodeGetFreePages, pageSizesKibibytes, startCell, cellCount, flags);
  }

  /** CPU time in nanoseconds by kind, under the names in NodeCpuStat; -1: of all CPUs. libvirt: virNodeGetCPUStats. */
  async nodeGetCPUStats(cpuNumber = -1, flags = 0): Promise<Record<string, number>> {
    return numbers(await this.call(native().nodeGetCPUStats, cpuNumber, flags));
  }

  /** Memory in KiB by kind, under the names in NodeMemoryStat; -1: of all cells. libvirt: virNodeGetMemoryStats. */
  async nodeGetMemoryStats(cell = -1, flags = 0): Promise<Record<string, number>> {
    return numbers(await this.call(native().nodeGetMemoryStats, cell, flags));
  }
}

function numbers(record: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, Number(value)]));
}
