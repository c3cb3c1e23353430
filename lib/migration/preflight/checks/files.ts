import { finding } from '../finding.js';
import { type Check, destinationName } from './check.js';

/** Kernel, RAM disk and firmware are on the destination: QEMU opens them although the guest has long booted. */
export const files: Check = (facts) =>
  (facts.arriving?.bootFiles ?? [])
    .filter((path) => facts.paths?.destination[path] === 'missing')
    .map((path) =>
      finding(
        'boot-file-missing',
        `${path}, which the guest boots from, is not on ${destinationName(facts)}`,
        'Install or copy it there: QEMU does not start without it.',
        'destination',
      ),
    );
