import type { DiskFacts, PreflightFacts } from '../facts.js';
import { type Finding, finding } from '../finding.js';
import { type Check, destinationName } from './check.js';
import { isOlder } from './version.js';

/** Modes in which no host's page cache holds anything of the disk. */
const DIRECT = ['none', 'directsync'];

/** The first QEMU that drops what its host has cached of a disk when it takes over a guest. */
const DROPS_CACHE = '4.0.0';

/** Kinds of source that are on one host; whether that is the same storage on both is another matter. */
const LOCAL = ['file', 'block', 'dir', 'volume'];

/** Every writable disk is the same one on both hosts, or is copied; every other one is there. */
export const disks: Check = (facts) => {
  const { guest, arriving, request } = facts;
  const copied = new Set(request.copyDisks);
  const unknown = guest ? [...copied].filter((target) => !guest.disks.some((disk) => disk.target === target)) : [];
  return [
    ...unknown.map((target) =>
      finding(
        'copy-disk-unknown',
        `copyDisks names ${target}, and the guest has no such disk`,
        `Name disks as the guest's definition does: ${guest?.disks.map((disk) => disk.target).join(', ') || 'it has none'}.`,
      ),
    ),
    ...(arriving?.disks ?? [])
      .filter((disk) => !copied.has(disk.target) && LOCAL.includes(disk.type))
      .flatMap((disk) => [
        ...missingFindings(disk, facts),
        ...sharingFindings(disk, facts),
        ...cacheFindings(disk, facts),
      ]),
  ];
};

/** A disk that need not be the same on both hosts, but must be there for QEMU to start. */
function missingFindings(disk: DiskFacts, facts: PreflightFacts): Finding[] {
  const needed = [...(disk.readOnly && disk.path !== undefined ? [disk.path] : []), ...disk.backingPaths];
  if (disk.optional) return [];
  return needed
    .filter((path) => stateOf(path, facts) === 'missing')
    .map((path) =>
      finding(
        'disk-missing',
        `${path}, of the guest's disk ${disk.target}, is not on ${destinationName(facts)}`,
        'Put it there under the same path, or take the disk out of the guest.',
        'destination',
      ),
    );
}

function sharingFindings(disk: DiskFacts, facts: PreflightFacts): Finding[] {
  if (disk.readOnly || (disk.path === undefined && disk.type !== 'volume')) return [];
  const name = `The guest's disk ${disk.target} (${disk.path ?? 'a volume of a pool'})`;
  if (disk.path !== undefined && stateOf(disk.path, facts) === 'missing') {
    return [
      finding(
        'disk-not-shared',
        `${name} is not on ${destinationName(facts)}`,
        `Put it on storage that both hosts have under the same path, or have it copied (copyDisks: ['${disk.target}']).`,
        'destination',
      ),
    ];
  }
  return [
    finding(
      'disk-sharing-unproven',
      disk.type === 'file'
        ? `${name} is a file; libvirt refuses it later if its file system is a local one`
        : `${name} is on a device of the host; libvirt trusts that it is the same on both`,
      'Make sure that both hosts have the same storage under this path, not two of the same name.',
    ),
  ];
}

function cacheFindings(disk: DiskFacts, facts: PreflightFacts): Finding[] {
  if (disk.readOnly || disk.shareable || DIRECT.includes(disk.cache)) return [];
  const message = `The guest's disk ${disk.target} is cached by its host (cache='${disk.cache}')`;
  const old = [facts.source, facts.destination].find((host) => isOlder(host?.hypervisorVersion, DROPS_CACHE));
  return [
    old === undefined
      ? finding(
          'disk-cached',
          `${message}; QEMU drops that cache at the handover`,
          "Nothing need be done; cache='none' needs no dropping.",
        )
      : finding(
          'disk-cache-unsafe',
          `${message}, which QEMU ${old.hypervisorVersion} does not drop: the guest may read stale data`,
          "Start the guest with cache='none' or 'directsync', or use QEMU 4.0 or later.",
        ),
  ];
}

function stateOf(path: string, { paths }: PreflightFacts): string {
  return paths?.destination[path] ?? 'unknown';
}
