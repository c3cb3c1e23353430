import type { Settings } from '../policy/index.js';
import type { HostIdentity } from './result.js';
import { isOlder } from './version.js';

const MEBIBYTE = 1024 * 1024;

/**
 * QEMU stops the guest when less is left than the link is thought to carry within the downtime limit, and the speed that it thinks of can be
 * given: with the lowest one that libvirt takes, a limit of 1 ms stands for 1 kB, which lets the guest stop only when nothing at all is left,
 * and every number of bytes can be said by a limit. QEMU parameter avail-switchover-bandwidth.
 */
export const SWITCHOVER_MEBIBYTES_PER_SECOND = 1;

/** The limit that libvirt takes at most, in milliseconds: about 2 GB. */
const MOST_MS = 2_000_000;

/**
 * Whether a migration is started with a fine threshold: not under peers' policies, which keep the one that they know, nor before libvirt 11.1
 * and QEMU 8.2 on the source, which brought the parameter.
 */
export function wantsFineThreshold({ softLanding = false }: Settings, source: HostIdentity): boolean {
  return softLanding && !isOlder(source.libvirtVersion, '11.1.0') && !isOlder(source.hypervisorVersion, '8.2.0');
}

/** The limit to tell QEMU, in milliseconds, so that it stops when less is left than `limitMs` of the link carry. Pure. */
export function fineLimitMs(limitMs: number, linkBytesPerSecond: number): number {
  const bytes = (limitMs / 1000) * linkBytesPerSecond;
  const wanted = Math.round(bytes / ((SWITCHOVER_MEBIBYTES_PER_SECOND * MEBIBYTE) / 1000));
  return Math.min(Math.max(wanted, 1), MOST_MS);
}
