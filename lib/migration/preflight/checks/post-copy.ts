import type { PreflightFacts } from '../facts.js';
import { finding } from '../finding.js';
import { USERFAULTFD_PATHS } from '../paths.js';
import { type Check, destinationName, mebibytes } from './check.js';
import { isOlder } from './version.js';

/** The first QEMU that has post-copy and parallel connections in one migration. */
const WITH_PARALLEL = '10.1.0';

/** Pages of this size and more take so long each that the guest stands still for each one it touches. */
const SLOW_PAGE_BYTES = 1024 ** 3;

/** Reasons why post-copy cannot be: each says so in words, or gives undefined. */
const REASONS: readonly ((facts: PreflightFacts) => string | undefined)[] = [
  (facts) =>
    USERFAULTFD_PATHS.every((path) => facts.paths?.destination[path] === 'missing')
      ? `the kernel of ${destinationName(facts)} has no userfaultfd`
      : undefined,
  ({ request, source, destination }) => {
    const old = [source, destination].find((host) => isOlder(host?.hypervisorVersion, WITH_PARALLEL));
    return request.transport.parallel !== undefined && old !== undefined
      ? `it does not go with transport.parallel before QEMU 10.1, and ${old.hostname} has ${old.hypervisorVersion}`
      : undefined;
  },
  ({ request }) =>
    request.safety === 'strict' ? 'it does not go with strict safety, in which the guest arrives paused' : undefined,
  ({ guest }) => (guest && guest.hostDevices.length > 0 ? `the guest has ${guest.hostDevices.join(', ')}` : undefined),
  ({ request }) => (request.transport.migrateUri?.startsWith('rdma:') ? 'it does not go over RDMA' : undefined),
];

/** Post-copy works if it comes to that, as far as can be known. */
export const postCopy: Check = (facts) => {
  if (!facts.request.escalate?.includes('post-copy')) return [];
  const reasons = REASONS.map((reason) => reason(facts)).filter((reason) => reason !== undefined);
  const pageBytes = facts.arriving?.hugePages?.pageBytes ?? 0;
  return [
    ...reasons.map((reason) =>
      finding(
        'post-copy-impossible',
        `escalate includes post-copy, which is not possible: ${reason}`,
        "Take 'post-copy' out of escalate, or remove the cause.",
        'destination',
      ),
    ),
    ...(pageBytes >= SLOW_PAGE_BYTES
      ? [
          finding(
            'post-copy-slow',
            `In post-copy the guest waits for a whole page of ${mebibytes(pageBytes)} each time it touches a new one`,
            'Prefer smaller huge pages, or leave post-copy out.',
          ),
        ]
      : []),
    ...(reasons.length === 0
      ? [
          finding(
            'post-copy-unproven',
            `Whether QEMU may use userfaultfd on ${destinationName(facts)} shows only when the migration begins`,
            'Where QEMU is not root there, give it access to /dev/userfaultfd or set vm.unprivileged_userfaultfd to 1.',
            'destination',
          ),
        ]
      : []),
  ];
};
