import { test } from 'tap';
import { readGuest } from '../../lib/migration/preflight/guest-xml.js';
import { readCapabilities, readMaxVcpus } from '../../lib/migration/preflight/host-xml.js';
import { wantedPaths } from '../../lib/migration/preflight/paths.js';
import { fine } from './preflight-facts.js';

const domain = (devices: string, rest = ''): string =>
  `<domain type='kvm'><name>db1</name><uuid>503a771d-1a4e-4922-8554-a56ebf7ac47c</uuid>
  <memory unit='GiB'>2</memory><vcpu current='1'>4</vcpu><os><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>
  ${rest}<devices>${devices}</devices></domain>`;

const disk = (attributes: string, rest: string): string => `<disk ${attributes}>${rest}<target dev='vda'/></disk>`;

/** A device, and what is read of the guest that has it. */
const devices: [string, string, object][] = [
  [
    'a file',
    disk("type='file'", "<driver cache='none'/><source file='/i/a'/>"),
    { disks: [{ target: 'vda', type: 'file', path: '/i/a', cache: 'none', readOnly: false, backingPaths: [] }] },
  ],
  [
    'a file on others',
    disk(
      "type='file'",
      "<source file='/i/a'/><backingStore type='file'><source file='/i/b'/><backingStore type='block'><source dev='/dev/c'/><backingStore/></backingStore></backingStore>",
    ),
    { disks: [{ path: '/i/a', cache: 'default', backingPaths: ['/i/b', '/dev/c'] }] },
  ],
  [
    'a device',
    disk("type='block'", "<source dev='/dev/vg/a'/><shareable/>"),
    { disks: [{ type: 'block', path: '/dev/vg/a', shareable: true }] },
  ],
  [
    'a network disk',
    disk("type='network'", "<source protocol='rbd' name='p/a'/>"),
    { disks: [{ type: 'network', path: undefined }] },
  ],
  [
    'an empty drive',
    disk("type='file' device='cdrom'", '<readonly/>'),
    { disks: [{ readOnly: true, path: undefined }] },
  ],
  [
    'an optional CD',
    disk("type='file' device='cdrom'", "<source file='/i/c' startupPolicy='optional'/>"),
    { disks: [{ path: '/i/c', optional: true, readOnly: true }] },
  ],
  [
    'a transient disk',
    disk("type='file'", "<source file='/i/a'/><transient/>"),
    { notMigratable: [/disk vda, which is transient/] },
  ],
  ['a block job', disk("type='file'", "<source file='/i/a'/><mirror/>"), { notMigratable: [/block job on disk vda/] }],
  [
    'an NVMe disk',
    disk("type='nvme'", "<source><address bus='0x01'/></source>"),
    { hostDevices: ['disk nvme bus=0x01'] },
  ],
  [
    'a bridge',
    "<interface type='bridge'><mac address='m'/><source bridge='br0'/></interface>",
    { interfaces: [{ type: 'bridge', mac: 'm', source: 'br0' }] },
  ],
  [
    'a network',
    "<interface type='network'><source network='lan' bridge='virbr0'/></interface>",
    { interfaces: [{ type: 'network', source: 'lan' }] },
  ],
  [
    'a macvtap',
    "<interface type='direct'><source dev='eth1' mode='bridge'/></interface>",
    { interfaces: [{ type: 'direct', source: 'eth1' }] },
  ],
  [
    'a vDPA interface',
    "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>",
    { hostDevices: ['interface vdpa /dev/vhost-vdpa-0'] },
  ],
  [
    'an SR-IOV interface',
    "<interface type='hostdev'><source><address type='pci' bus='0x03'/></source></interface>",
    { hostDevices: ['interface hostdev type=pci bus=0x03'] },
  ],
  [
    'one with a stand-in',
    "<interface type='hostdev'><teaming type='transient' persistent='x'/></interface>",
    { hostDevices: [] },
  ],
  [
    'a PCI device',
    "<hostdev mode='subsystem' type='pci'><source><address bus='0x03' slot='0x00'/></source></hostdev>",
    { hostDevices: ['hostdev pci bus=0x03 slot=0x00'] },
  ],
  [
    'a mediated device',
    "<hostdev mode='subsystem' type='mdev'><source><address uuid='u'/></source></hostdev>",
    { hostDevices: ['hostdev mdev uuid=u'] },
  ],
  ['a TPM of the host', "<tpm><backend type='passthrough'/></tpm>", { hostDevices: ['tpm'] }],
  ['a TPM of its own', "<tpm><backend type='emulator'/></tpm>", { hostDevices: [], notMigratable: [] }],
  [
    'a shared directory',
    "<filesystem type='mount'><target dir='data'/></filesystem>",
    { notMigratable: [/shared directory data/] },
  ],
  [
    'shared memory',
    "<shmem name='s' role='peer'/><shmem name='t' role='master'/>",
    { notMigratable: [/shared memory s/] },
  ],
];

for (const [what, xml, expected] of devices) {
  test(`${what} is read`, (t) => {
    t.match(readGuest(domain(xml)), expected);
    t.end();
  });
}

test('a guest is read', (t) => {
  const cpu = "<cpu mode='host-model'><feature policy='require' name='invtsc'/></cpu>";
  const pages = "<memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>";
  t.match(readGuest(domain('<emulator>/q</emulator>', cpu + pages)), {
    ...{ name: 'db1', uuid: fine.guest.uuid, virtualizationType: 'kvm', architecture: 'x86_64', machine: 'pc-q35-9.0' },
    ...{ emulator: '/q', memoryBytes: 2 * 1024 ** 3, vcpus: 4, hugePages: { pageBytes: 1024 ** 3 } },
    cpu: { mode: 'host-model', xml: /^<cpu mode="host-model">.*<\/cpu>$/ },
    notMigratable: [/invariant TSC/],
  });
  const timed = `${cpu}<clock><timer name='tsc' frequency='2000000000'/></clock>`;
  t.same(readGuest(domain('', timed)).notMigratable, []);
  t.same(readGuest(domain('', '<memoryBacking><hugepages/></memoryBacking>')).hugePages, {});
  t.throws(() => readGuest('<domain><name>'), 'what is not well-formed is an error');
  t.end();
});

test('capabilities are read', (t) => {
  const xml = `<capabilities><host><cpu><model>m</model><pages unit='KiB' size='2048'/><pages unit='KiB' size='4'/></cpu>
    <migration_features><uri_transports><uri_transport>tcp</uri_transport></uri_transports></migration_features></host></capabilities>`;
  t.match(readCapabilities(xml), { pageBytes: [4096, 2 * 1024 ** 2], migrationSchemes: ['tcp'], cpuXml: /<model>m</ });
  t.same(readCapabilities('<capabilities/>'), { pageBytes: [], migrationSchemes: [] });
  t.equal(readMaxVcpus("<domainCapabilities><vcpu max='255'/></domainCapabilities>"), 255);
  t.equal(readMaxVcpus('<domainCapabilities/>'), undefined);
  t.end();
});

test('only what is needed is looked for, and each path once', (t) => {
  const request = { ...fine.request, transport: {} };
  t.same(wantedPaths(fine.guest, request), { source: [], destination: Object.keys(fine.paths.destination) });
  t.same(wantedPaths({ ...fine.guest, bootFiles: ['/k', '/k'], interfaces: [] }, request).destination, ['/k']);
  t.match(wantedPaths(undefined, { ...request, transport: { tls: true }, escalate: ['post-copy'] }), {
    source: [/ca-cert/, /ca-cert/],
    destination: [/userfaultfd/, /userfaultfd/, /server-cert/, /server-cert/],
  });
  t.end();
});
