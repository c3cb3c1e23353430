import { finding } from '../finding.js';
import type { Check } from './check.js';

/** Nothing of the guest is bound to its host. */
export const devices: Check = ({ guest }) => [
  ...(guest?.hostDevices ?? []).map((device) =>
    finding(
      'host-device',
      `The guest has a device of its host: ${device}`,
      'Detach it for the move; allow it where QEMU can move it (VFIO with migration) and the destination has its like.',
      'source',
    ),
  ),
  ...(guest?.notMigratable ?? []).map((what) =>
    finding(
      'device-not-migratable',
      `The guest has what is not moved: ${what}`,
      'Detach or end it first; allow it where the installed QEMU and libvirt are known to move it.',
      'source',
    ),
  ),
];
