import { type Case, fine, withGuest } from './preflight-facts.js';

const MEBIBYTE = 1024 ** 2;
const rival = { name: 'db1', uuid: fine.guest.uuid, active: false };
const stolen = { ...rival, uuid: '11111111-1111-1111-1111-111111111111' };

/** The guest, its standing, and the hosts it is to run on. */
export const guestCases: Case[] = [
  ['nothing is wrong', fine, []],
  [
    'one host under two names',
    { ...fine, destination: { ...fine.destination, hostUuid: fine.source.hostUuid } },
    ['same-host'],
  ],
  [
    'one host has the guest, which is no rival',
    { ...fine, destination: fine.source, sameUuid: { ...rival, active: true } },
    ['same-host'],
  ],
  [
    'hosts without a UUID are not taken for one',
    { ...fine, source: { ...fine.source, hostUuid: '' }, destination: { ...fine.destination, hostUuid: '' } },
    [],
  ],
  ['an unknown guest', { ...fine, guest: null }, ['domain-not-found']],
  ['broken XML for the destination', { ...fine, destinationXmlProblem: 'unclosed tag' }, ['destination-xml-invalid']],
  ['XML of another guest', { ...fine, arriving: { ...fine.guest, uuid: stolen.uuid } }, ['destination-xml-invalid']],

  ['shut off', { ...fine, state: { state: 'shutoff', reason: 'destroyed' } }, ['domain-not-running']],
  ['crashed', { ...fine, state: { state: 'crashed', reason: 'panicked' } }, ['domain-not-running']],
  ['paused by hand', { ...fine, state: { state: 'paused', reason: 'user' } }, ['paused']],
  [
    'paused by hand under an old QEMU',
    { ...fine, state: { state: 'paused', reason: 'user' }, source: { ...fine.source, hypervisorVersion: '9.2.0' } },
    ['paused-before-qemu-10', 'paused'],
  ],
  ['left over by a migration', { ...fine, state: { state: 'paused', reason: 'migration' } }, ['paused-by-migration']],
  [
    'left over by a failed post-copy',
    { ...fine, state: { state: 'paused', reason: 'postcopyFailed' } },
    ['paused-by-migration'],
  ],
  ['left over by a lost daemon', { ...fine, state: { state: 'paused', reason: 'apiError' } }, ['paused-by-migration']],
  ['running in post-copy', { ...fine, state: { state: 'running', reason: 'postcopy' } }, ['already-migrating']],
  ['its disk failed', { ...fine, state: { state: 'paused', reason: 'ioerror' } }, ['paused-on-io-error']],
  ['migrating', { ...fine, job: { type: 'unbounded', operation: 'migrationOut' } }, ['already-migrating']],
  ['being backed up', { ...fine, job: { type: 'unbounded', operation: 'backup' } }, ['job-active']],
  ['with snapshots', { ...fine, hasSnapshots: true }, ['has-snapshots']],

  ['active there as well', { ...fine, sameUuid: { ...rival, active: true } }, ['domain-exists']],
  ['defined there as well', { ...fine, sameUuid: rival, sameName: rival }, ['definition-on-destination']],
  ['defined there under another name', { ...fine, sameUuid: { ...rival, name: 'db2' } }, ['uuid-taken']],
  ['another guest there has its name', { ...fine, sameName: stolen }, ['name-taken']],

  ['no emulator', { ...fine, hypervisor: { lacks: 'emulator' } }, ['emulator-missing']],
  ['no KVM', { ...fine, hypervisor: { lacks: 'virtualization', message: 'no kvm' } }, ['virtualization-missing']],
  ['no such machine', { ...fine, hypervisor: { lacks: 'machine' } }, ['machine-type-missing']],
  ['too many CPUs', { ...fine, hypervisor: { maxVcpus: 1 } }, ['too-many-vcpus']],
  [
    'missing CPU features',
    { ...fine, cpu: { compared: 'guest', result: 'incompatible', message: 'avx2' } },
    ['cpu-incompatible'],
  ],
  ['CPU passed through', withGuest({ cpu: { mode: 'host-passthrough', xml: '<cpu/>' } }), ['cpu-passed-through']],

  ['less memory than the guest has', { ...fine, memory: { availableBytes: 1023 * MEBIBYTE } }, ['not-enough-memory']],
  ['just as much memory', { ...fine, memory: { availableBytes: 1024 * MEBIBYTE } }, ['memory-tight']],
  ['memory for QEMU as well', { ...fine, memory: { availableBytes: 1280 * MEBIBYTE } }, []],
  [
    'too few huge pages',
    {
      ...withGuest({ hugePages: {} }),
      memory: { availableBytes: 0, hugePages: { pageBytes: 2 * MEBIBYTE, freeBytes: 0 } },
    },
    ['not-enough-huge-pages'],
  ],
  [
    'enough huge pages, and nothing else is needed',
    {
      ...withGuest({ hugePages: {} }),
      memory: { availableBytes: 0, hugePages: { pageBytes: 2 * MEBIBYTE, freeBytes: 1024 ** 3 } },
    },
    [],
  ],

  ['an older QEMU', { ...fine, destination: { ...fine.destination, hypervisorVersion: '9.2.4' } }, ['qemu-older']],
  ['a QEMU with fewer corrections', { ...fine, destination: { ...fine.destination, hypervisorVersion: '10.0.0' } }, []],
  [
    'a much older QEMU',
    { ...fine, destination: { ...fine.destination, hypervisorVersion: '8.2.0' } },
    ['versions-too-far-apart'],
  ],
  ['an older libvirt', { ...fine, destination: { ...fine.destination, libvirtVersion: '9.0.0' } }, ['libvirt-older']],
  [
    'TCG under an old QEMU',
    { ...withGuest({ virtualizationType: 'qemu' }), source: { ...fine.source, hypervisorVersion: '7.2.17' } },
    ['tcg-before-qemu-9'],
  ],
  [
    'TCG under QEMU 9',
    { ...withGuest({ virtualizationType: 'qemu' }), source: { ...fine.source, hypervisorVersion: '9.0.0' } },
    [],
  ],
  ['KVM under an old QEMU', { ...fine, source: { ...fine.source, hypervisorVersion: '7.2.17' } }, []],
];
