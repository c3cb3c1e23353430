import type { GuestFacts, HypervisorFacts } from '../facts.js';
import { type FindingCode, finding } from '../finding.js';
import { type Check, destinationName } from './check.js';

type Lack = NonNullable<HypervisorFacts['lacks']>;

const LACKS: Readonly<Record<Lack, { code: FindingCode; what: (guest: GuestFacts) => string; remedy: string }>> = {
  emulator: {
    code: 'emulator-missing',
    what: ({ emulator, architecture }) => `emulator ${emulator ?? 'of its own'} for ${architecture} guests`,
    remedy: 'Install it there, or give a destinationXml that names the emulator of that host.',
  },
  virtualization: {
    code: 'virtualization-missing',
    what: ({ virtualizationType, architecture }) => `${virtualizationType} for ${architecture} guests`,
    remedy: 'Choose a host with it: for KVM look whether /dev/kvm is there and its module loaded.',
  },
  machine: {
    code: 'machine-type-missing',
    what: ({ machine, emulator }) => `machine type ${machine} in ${emulator ?? 'its emulator'}`,
    remedy: 'Choose a host whose QEMU has it; a machine type cannot be changed while the guest runs.',
  },
};

/** The destination has the emulator, the acceleration and the machine type that the guest needs. */
export const hypervisor: Check = (facts) => {
  const { arriving, hypervisor: offered } = facts;
  if (arriving === undefined || offered === undefined) return [];
  const found = [];
  if (offered.lacks !== undefined) {
    const { code, what, remedy } = LACKS[offered.lacks];
    const said = offered.message === undefined ? '' : ` (${offered.message})`;
    found.push(
      finding(code, `There is no ${what(arriving)} on ${destinationName(facts)}${said}`, remedy, 'destination'),
    );
  }
  if (offered.maxVcpus !== undefined && arriving.vcpus > offered.maxVcpus) {
    found.push(
      finding(
        'too-many-vcpus',
        `The guest has ${arriving.vcpus} CPUs, and ${destinationName(facts)} allows ${offered.maxVcpus} for its machine type`,
        'Choose a host that allows as many.',
        'destination',
      ),
    );
  }
  return found;
};
