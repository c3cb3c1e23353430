import { ConnectCompareCPUFlags, type Connection, type Hypervisor, LibvirtError } from '../../libvirt/index.js';
import type { CpuFacts, GuestFacts, HypervisorFacts } from './facts.js';
import { readMaxVcpus } from './host-xml.js';

/** What a hypervisor is asked for, most first: the first question that is answered tells what the one before it asked too much. */
const QUESTIONS: readonly { lacks: HypervisorFacts['lacks']; of: (wanted: Hypervisor) => Hypervisor }[] = [
  { lacks: undefined, of: (wanted) => wanted },
  { lacks: 'machine', of: ({ machine: _machine, ...rest }) => rest },
  { lacks: 'virtualization', of: ({ machine: _machine, virtualizationType: _type, ...rest }) => rest },
];

/**
 * Finds out what a host lacks of the hypervisor that a guest needs.
 *
 * @throws LibvirtError when it cannot be asked at all
 * libvirt: virConnectGetDomainCapabilities
 */
export async function askHypervisor(connection: Connection, guest: GuestFacts): Promise<HypervisorFacts> {
  const wanted = hypervisorOf(guest);
  let refusal: string | undefined;
  for (const { lacks, of } of QUESTIONS) {
    try {
      const maxVcpus = readMaxVcpus(await connection.getDomainCapabilities(of(wanted)));
      return {
        ...(lacks === undefined ? {} : { lacks }),
        ...(refusal === undefined ? {} : { message: refusal }),
        // Each machine type has a limit of its own: that of another one says nothing.
        ...(lacks !== undefined || maxVcpus === undefined ? {} : { maxVcpus }),
      };
    } catch (error) {
      if (!(error instanceof LibvirtError) || !REFUSALS.has(error.code)) throw error;
      refusal ??= error.message;
    }
  }
  return { lacks: 'emulator', ...(refusal === undefined ? {} : { message: refusal }) };
}

/** How libvirt says that it does not have what was asked for; anything else is a failure of the question. */
const REFUSALS = new Set<string>(['VIR_ERR_INVALID_ARG', 'VIR_ERR_CONFIG_UNSUPPORTED', 'VIR_ERR_SYSTEM_ERROR']);

/**
 * Compares a CPU with what a host's hypervisor offers for a guest like this.
 *
 * @throws LibvirtError when it cannot be compared
 * libvirt: virConnectCompareHypervisorCPU
 */
export function compareGuestCpu(connection: Connection, guest: GuestFacts, cpuXml: string): Promise<CpuFacts> {
  return comparison('guest', (flags) => connection.compareHypervisorCPU(cpuXml, hypervisorOf(guest), flags));
}

/** Compares another host's CPU with that of this host. Throws LibvirtError when it cannot be compared. libvirt: virConnectCompareCPU. */
export function compareHostCpu(connection: Connection, cpuXml: string): Promise<CpuFacts> {
  return comparison('source', (flags) => connection.compareCPU(cpuXml, flags));
}

async function comparison(
  compared: CpuFacts['compared'],
  compare: (flags: number) => Promise<string>,
): Promise<CpuFacts> {
  try {
    // Only as an error does libvirt say which features are missing.
    return { compared, result: await compare(ConnectCompareCPUFlags.FAIL_INCOMPATIBLE) };
  } catch (error) {
    if (!(error instanceof LibvirtError) || error.code !== 'VIR_ERR_CPU_INCOMPATIBLE') throw error;
    return { compared, result: 'incompatible', message: error.message };
  }
}

function hypervisorOf({ emulator, architecture, machine, virtualizationType }: GuestFacts): Hypervisor {
  return { architecture, machine, virtualizationType, ...(emulator === undefined ? {} : { emulator }) };
}
