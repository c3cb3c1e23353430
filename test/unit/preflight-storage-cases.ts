import type { PreflightFacts } from '../../lib/migration/index.js';
import { type Case, fine, onDestination, withGuest } from './preflight-facts.js';

const disk = {
  target: 'vda',
  type: 'file',
  path: '/images/db1.raw',
  backingPaths: [],
  cache: 'none',
  readOnly: false,
  shareable: false,
  optional: false,
};
const withDisk = (changes: object, found: object = {}): PreflightFacts => ({
  ...withGuest({ disks: [{ ...disk, ...changes }] }),
  paths: { source: {}, destination: { ...fine.paths.destination, ...found } },
});

/** Disks, files, devices and networks. */
export const storageCases: Case[] = [
  ['a file that the destination lacks', withDisk({}, { [disk.path]: 'missing' }), ['disk-not-shared']],
  ['a file that the destination has as well', withDisk({}, { [disk.path]: 'present' }), ['disk-sharing-unproven']],
  ['a file that nobody looked for', withDisk({}), ['disk-sharing-unproven']],
  [
    'a device that the destination lacks',
    withDisk({ type: 'block', path: '/dev/vg/db1' }, { '/dev/vg/db1': 'missing' }),
    ['disk-not-shared'],
  ],
  ['a volume of a pool', withDisk({ type: 'volume', path: undefined }), ['disk-sharing-unproven']],
  ['a network disk', withDisk({ type: 'network', path: undefined, cache: 'writeback' }), []],
  [
    'a disk that is copied',
    { ...withDisk({}, { [disk.path]: 'missing' }), request: { ...fine.request, copyDisks: ['vda'] } },
    [],
  ],
  ['a disk to copy that is none', { ...fine, request: { ...fine.request, copyDisks: ['sdx'] } }, ['copy-disk-unknown']],
  ['a read-only file that is there', withDisk({ readOnly: true, cache: 'writeback' }, { [disk.path]: 'present' }), []],
  ['a read-only file that is not there', withDisk({ readOnly: true }, { [disk.path]: 'missing' }), ['disk-missing']],
  ['an optional one that is not there', withDisk({ readOnly: true, optional: true }, { [disk.path]: 'missing' }), []],
  [
    'a backing file that is not there',
    withDisk({ backingPaths: ['/images/base'] }, { [disk.path]: 'present', '/images/base': 'missing' }),
    ['disk-missing', 'disk-sharing-unproven'],
  ],
  [
    'a cached disk',
    withDisk({ cache: 'writeback' }, { [disk.path]: 'present' }),
    ['disk-sharing-unproven', 'disk-cached'],
  ],
  [
    'a cached disk under an old QEMU',
    { ...withDisk({ cache: 'default' }), source: { ...fine.source, hypervisorVersion: '3.1.0' } },
    ['disk-cache-unsafe', 'disk-sharing-unproven'],
  ],
  ['a kernel that is not there', { ...fine, ...onDestination({ '/boot/vmlinuz': 'missing' }) }, ['boot-file-missing']],
  ['a device of the host', withGuest({ hostDevices: ['hostdev pci'] }), ['host-device']],
  ['a shared directory', withGuest({ notMigratable: ['the shared directory data'] }), ['device-not-migratable']],

  [
    'no such bridge',
    { ...fine, ...onDestination({ '/proc/sys/net/ipv4/conf/br0/forwarding': 'missing' }) },
    ['bridge-missing'],
  ],
  [
    'a bridge that could not be looked for',
    { ...fine, ...onDestination({ '/proc/sys/net/ipv4/conf/br0/forwarding': 'unknown' }) },
    ['network-unproven'],
  ],
  [
    'no device for a macvtap',
    {
      ...withGuest({ interfaces: [{ type: 'direct', mac: '', source: 'eth1' }] }),
      ...onDestination({ '/proc/sys/net/ipv4/conf/eth1/forwarding': 'missing' }),
    },
    ['network-device-missing'],
  ],
  [
    'no such network',
    {
      ...withGuest({ interfaces: [{ type: 'network', mac: '', source: 'lan' }] }),
      ...onDestination({ '/run/libvirt/network/lan.xml': 'missing', '/run/libvirt/network': 'present' }),
    },
    ['network-missing'],
  ],
  [
    'no records of networks',
    {
      ...withGuest({ interfaces: [{ type: 'network', mac: '', source: 'lan' }] }),
      ...onDestination({ '/run/libvirt/network/lan.xml': 'missing', '/run/libvirt/network': 'missing' }),
    },
    ['network-unproven'],
  ],
  ['an interface that is plugged into nothing', withGuest({ interfaces: [{ type: 'user', mac: '' }] }), []],
];
