import type { PreflightFacts } from '../facts.js';
import { type Finding, finding } from '../finding.js';
import type { Check } from './check.js';
import { isOlder, majorOf, releaseOf } from './version.js';

/** The first QEMU that does not corrupt guests that migrate under TCG. */
const TCG_MENDED = '9.0.0';

/** So many major versions of QEMU, one a year, are taken for too far back: nobody tests that way. */
const TOO_FAR = 2;

/** The two hosts' QEMU and libvirt go together, and do not harm the guest. */
export const versions: Check = (facts) => [...qemu(facts), ...libvirt(facts), ...tcg(facts)];

function qemu({ source, destination }: PreflightFacts): Finding[] {
  const [here, there] = [source?.hypervisorVersion, destination?.hypervisorVersion];
  // Releases differ in what they send; corrections within one do not.
  if (!isOlder(releaseOf(there), releaseOf(here))) return [];
  const distance = (majorOf(here) ?? 0) - (majorOf(there) ?? 0);
  return [
    finding(
      distance >= TOO_FAR ? 'versions-too-far-apart' : 'qemu-older',
      `QEMU on the destination is older (${there}) than on the source (${here})`,
      'Move guests to an equal or newer QEMU: the other way works for equal machine types, and is tested less.',
      'destination',
    ),
  ];
}

function libvirt({ source, destination }: PreflightFacts): Finding[] {
  const [here, there] = [source?.libvirtVersion, destination?.libvirtVersion];
  if (!isOlder(releaseOf(there), releaseOf(here))) return [];
  return [
    finding(
      'libvirt-older',
      `libvirt on the destination is older (${there}) than on the source (${here})`,
      "Expect it to refuse what it does not know of the guest's definition; it says so before anything is moved.",
      'destination',
    ),
  ];
}

function tcg({ guest, source, destination }: PreflightFacts): Finding[] {
  if (guest?.virtualizationType !== 'qemu') return [];
  return (
    [
      ['source', source],
      ['destination', destination],
    ] as const
  ).flatMap(([side, host]) =>
    isOlder(host?.hypervisorVersion, TCG_MENDED)
      ? [
          finding(
            'tcg-before-qemu-9',
            `The guest runs under TCG, and QEMU ${host?.hypervisorVersion} on the ${side} loses memory writes of such guests while they migrate`,
            'Use QEMU 9.0 or later on both hosts, or KVM.',
            side,
          ),
        ]
      : [],
  );
}
