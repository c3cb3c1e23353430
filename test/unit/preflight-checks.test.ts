import fc from 'fast-check';
import { test } from 'tap';
import {
  FINDING_CODES,
  type FindingCode,
  judge,
  PreflightError,
  type PreflightFacts,
  requireOk,
} from '../../lib/migration/index.js';
import { CHECKS } from '../../lib/migration/preflight/checks/index.js';
import { ALLOWABLE_CODES, isAllowable } from '../../lib/migration/preflight/finding.js';
import { fine, withGuest } from './preflight-facts.js';

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
const onDestination = (found: object): Pick<PreflightFacts, 'paths'> => ({
  paths: { source: {}, destination: { ...fine.paths.destination, ...found } },
});
const asked = (changes: object): PreflightFacts => ({ ...fine, request: { ...fine.request, ...changes } });
const rival = { name: 'db1', uuid: fine.guest.uuid, active: false };
const MEBIBYTE = 1024 ** 2;
const stolen = { ...rival, uuid: '11111111-1111-1111-1111-111111111111' };

/** The code of the port that nobody tries is there in every report whose address is not known to be wrong. */
const ALWAYS: FindingCode = 'migration-port-unproven';

/** What is so, the facts, and the findings beside the one that is always there. */
const table: [string, PreflightFacts, FindingCode[]][] = [
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

  [
    'peer-to-peer without a way',
    asked({ destinationUri: 'qemu:///system', transport: { control: 'peer-to-peer' } }),
    ['no-peer-uri'],
  ],
  ['direct control by necessity', asked({ destinationUri: 'qemu:///system' }), ['direct-control']],
  ['direct control by choice', asked({ destinationUri: 'qemu:///system', transport: { control: 'direct' } }), []],
  [
    'memory sent to oneself',
    asked({ transport: { migrateUri: 'tcp://127.0.0.1:49152' } }),
    ['migration-address-unusable'],
  ],
  [
    'memory sent to oneself by IPv6',
    asked({ transport: { migrateUri: 'tcp://[::1]' } }),
    ['migration-address-unusable'],
  ],
  ['no URI to send to', asked({ transport: { migrateUri: 'b.example' } }), ['migration-address-unusable']],
  [
    'a scheme that nobody has',
    asked({ transport: { migrateUri: 'udp://b' } }),
    ['migration-address-unusable', 'migration-address-unusable'],
  ],
  [
    'an address where nobody is heard',
    asked({ transport: { listenAddress: '127.0.0.1' } }),
    ['migration-address-unusable'],
  ],
  [
    'a destination that calls itself localhost',
    { ...fine, destination: { ...fine.destination, hostname: 'localhost.localdomain' } },
    ['migration-address-unusable'],
  ],
  ['zstd on one connection', asked({ transport: { compression: 'zstd' } }), ['transport-contradictory']],
  [
    'a limit that is not kept to',
    asked({ transport: { bandwidthBytesPerSecond: MEBIBYTE, parallel: 4 } }),
    ['bandwidth-ignored'],
  ],
  ['TLS that nobody looked for', asked({ transport: { tls: true } }), []],
  [
    'no certificates',
    {
      ...asked({ transport: { tls: true } }),
      paths: {
        source: {},
        destination: {
          ...fine.paths.destination,
          '/etc/pki/qemu/server-cert.pem': 'missing',
          '/etc/pki/libvirt-migrate/server-cert.pem': 'missing',
        },
      },
    },
    ['tls-not-set-up'],
  ],
  [
    'certificates in one of the places',
    {
      ...asked({ transport: { tls: true } }),
      ...onDestination({
        '/etc/pki/qemu/server-cert.pem': 'present',
        '/etc/pki/libvirt-migrate/server-cert.pem': 'missing',
      }),
    },
    [],
  ],

  ['post-copy that may work', asked({ escalate: ['post-copy'], budget: { totalMs: 9000 } }), ['post-copy-unproven']],
  [
    'no userfaultfd',
    {
      ...asked({ escalate: ['post-copy'], budget: { totalMs: 9000 } }),
      ...onDestination({ '/dev/userfaultfd': 'missing', '/proc/sys/vm/unprivileged_userfaultfd': 'missing' }),
    },
    ['post-copy-impossible'],
  ],
  [
    'post-copy on parallel connections',
    asked({ escalate: ['post-copy'], budget: { totalMs: 9000 }, transport: { parallel: 2 } }),
    ['post-copy-impossible'],
  ],
  [
    'post-copy under strict safety',
    asked({ escalate: ['post-copy'], budget: { totalMs: 9000 }, safety: 'strict' }),
    ['post-copy-impossible'],
  ],
  [
    'post-copy with huge pages',
    {
      ...withGuest({ hugePages: { pageBytes: 1024 ** 3 } }),
      request: { ...fine.request, escalate: ['post-copy'], budget: { totalMs: 9000 } },
    },
    ['post-copy-slow', 'post-copy-unproven'],
  ],
  [
    'post-copy with a device of the host',
    {
      ...withGuest({ hostDevices: ['hostdev pci'] }),
      request: { ...fine.request, escalate: ['post-copy'], budget: { totalMs: 9000 } },
    },
    ['host-device', 'post-copy-impossible'],
  ],

  ['a pause longer than the whole', asked({ budget: { pauseMs: 500, totalMs: 100 } }), ['budget-contradictory']],
  [
    'something after abort',
    asked({ escalate: ['abort', 'pause'], budget: { totalMs: 9000 } }),
    ['budget-contradictory'],
  ],
  [
    'a step twice',
    asked({ escalate: ['throttle', 'throttle', 'abort'], budget: { totalMs: 9000 } }),
    ['budget-contradictory'],
  ],
  [
    'throttle without slowdown',
    asked({ escalate: ['throttle', 'abort'], budget: { totalMs: 9000, slowdown: 0 } }),
    ['budget-contradictory'],
  ],
  [
    'slowdown without throttle',
    asked({ escalate: ['abort'], budget: { totalMs: 9000, slowdown: 0.3 } }),
    ['budget-ambiguous'],
  ],
  ['a budget and nothing allowed', asked({ escalate: [], budget: { pauseMs: 50 } }), ['budget-ambiguous']],
  ['no time at which to escalate', asked({ escalate: ['abort'], budget: { pauseMs: 50 } }), ['budget-ambiguous']],
  [
    'a pause beyond the pause',
    asked({ escalate: ['pause'], budget: { pauseMs: 50, totalMs: 9000 } }),
    ['budget-ambiguous'],
  ],
  ['throttle alone', asked({ escalate: ['throttle'], budget: { totalMs: 9000 } }), ['budget-ambiguous']],
  ['less than the handshakes take', asked({ budget: { pauseMs: 5 } }), ['budget-tight']],
  [
    'less than one pass takes',
    asked({ budget: { totalMs: 1000 }, transport: { bandwidthBytesPerSecond: 100 * MEBIBYTE } }),
    ['budget-tight'],
  ],
  [
    'the example of the manual',
    asked({ escalate: ['throttle', 'abort'], budget: { pauseMs: 50, totalMs: 120_000, slowdown: 0.3 } }),
    [],
  ],

  [
    'a question without an answer',
    { ...fine, gaps: [{ side: 'source', what: 'its capabilities', why: 'timeout' }] },
    ['not-checked'],
  ],
];

for (const [what, facts, codes] of table) {
  test(`${what}: ${codes.join(', ') || 'no finding'}`, (t) => {
    const { findings, ok } = judge(facts);
    t.same(
      findings.map(({ code }) => code).filter((code) => code !== ALWAYS),
      codes,
    );
    t.equal(
      ok,
      findings.every(({ severity }) => severity !== 'error'),
    );
    for (const { message, remedy } of findings) {
      t.match(message, /^\S.{20,}$/, 'says what is so');
      t.match(remedy, /^[A-Z].{10,}\.$/, 'says what to do');
      t.notMatch(message + remedy, /undefined|NaN|null|\[object/, 'says nothing that is not known');
    }
    t.end();
  });
}

test('every code is found by some row of the table', (t) => {
  const found = new Set(table.flatMap(([, , codes]) => codes)).add(ALWAYS);
  t.same(
    FINDING_CODES.filter((code) => !found.has(code)),
    [],
  );
  t.end();
});

/** All that the table has, any of it in any combination and any of it missing. */
const NAMES = [
  'source',
  'destination',
  'guest',
  'arriving',
  'destinationXmlProblem',
  'state',
  'job',
  'hasSnapshots',
  'sameUuid',
  'sameName',
  'hypervisor',
  'cpu',
  'memory',
  'paths',
  'gaps',
] as const;
const anyFacts: fc.Arbitrary<PreflightFacts> = fc
  .record({
    request: fc.constantFrom(...table.map(([, facts]) => facts.request)),
    picks: fc.array(fc.option(fc.nat(table.length - 1)), { minLength: NAMES.length, maxLength: NAMES.length }),
  })
  .map(({ request, picks }) => ({
    request,
    ...Object.fromEntries(
      NAMES.flatMap((name, index) => {
        const value = table[picks[index] ?? -1]?.[1][name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  }));

test('whatever is known or not, there are findings or none, and never an exception', (t) => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { findings, ok } = judge(facts);
      return (
        findings.every(({ code, message }) => FINDING_CODES.includes(code) && !/undefined|NaN/.test(message)) &&
        ok !== undefined
      );
    }),
    { numRuns: 2000 },
  );
  t.pass('held');
  t.end();
});

test('the order of the checks does not matter', (t) => {
  const orders = fc.shuffledSubarray([...CHECKS], { minLength: CHECKS.length });
  fc.assert(
    fc.property(
      anyFacts,
      orders,
      (facts, checks) => JSON.stringify(judge(facts, [], checks)) === JSON.stringify(judge(facts)),
    ),
    { numRuns: 500 },
  );
  t.pass('held');
  t.end();
});

test('what is allowed is a warning, and what cannot be allowed stays an error', (t) => {
  fc.assert(
    fc.property(anyFacts, fc.subarray(ALLOWABLE_CODES), (facts, allow) => {
      const [before, after] = [judge(facts), judge(facts, allow)];
      return (
        after.findings.length === before.findings.length &&
        after.findings.every(
          ({ code, severity }) => severity !== 'error' || !isAllowable(code) || !allow.includes(code),
        )
      );
    }),
  );
  t.ok(judge(table.find(([what]) => what === 'TCG under an old QEMU')?.[1] ?? fine, ['tcg-before-qemu-9']).ok);
  t.notOk(ALLOWABLE_CODES.some((code) => code === ('same-host' as string)));
  t.end();
});

test('the error names the worst, tells all, and has the findings', (t) => {
  t.doesNotThrow(() => requireOk(judge(fine)));
  const report = judge({
    ...fine,
    state: { state: 'shutoff', reason: 'destroyed' },
    sameUuid: { ...rival, active: true },
  });
  t.throws(() => requireOk(report), {
    code: 'ERR_PRECOPY_DOMAIN_NOT_RUNNING',
    message: /is shutoff.*; .*is active already/,
    remedy: /Start it.*Find out/,
  });
  t.same(new PreflightError(report).findings, report.findings);
  t.end();
});
