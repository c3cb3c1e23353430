import { DOMParser } from '@xmldom/xmldom';
import t from 'tap';
import { guestCommandLine } from '../../lib/lab/guest/command-line.js';
import { type DomainXmlOptions, guestDomainXml } from '../../lib/lab/guest/domain-xml.js';
import { writeInitramfs } from '../../lib/lab/guest/initramfs.js';
import { type GuestOptions, resolveGuestOptions } from '../../lib/lab/guest/options.js';

const MIB = 1024 ** 2;

const GUEST: GuestOptions = {
  kind: 'linux',
  accelerator: 'tcg',
  id: 3,
  memoryBytes: 1024 * MIB,
  mac: '52:54:00:00:00:03',
  address: '10.1.0.3',
  prefixBits: 16,
  client: { address: '10.1.255.1', port: 9000, mac: '52:54:00:ff:00:01' },
  workload: { name: 'steady' },
};

const DOMAIN: DomainXmlOptions = {
  ...GUEST,
  name: 'guest3',
  uuid: '6a3b2f4e-0000-4000-8000-000000000003',
  files: {
    linux: { kernel: '/cache/vmlinuz', initramfs: '/cache/initramfs' },
    bare: { kernel: '/cache/bare.elf' },
    observer: '/cache/observer',
    firmware: '/usr/share/qemu/qboot.rom',
  },
  bridge: 'guests',
  consolePath: '/log/guest3.log',
};

function parse(options: DomainXmlOptions) {
  const document = new DOMParser({
    onError: (_, message) => {
      throw new Error(message);
    },
  }).parseFromString(guestDomainXml(options), 'text/xml');
  return {
    texts: (tag: string) => Array.from(document.getElementsByTagName(tag), (element) => element.textContent),
    attributes: (tag: string, name: string) =>
      Array.from(document.getElementsByTagName(tag), (e) => e.getAttribute(name)),
  };
}

t.test('a linux guest runs under TCG and boots from a kernel', async (t) => {
  const xml = parse({ ...DOMAIN, vcpus: 4 });
  t.same(xml.attributes('domain', 'type'), ['qemu']);
  t.same(
    xml.attributes('type', 'machine'),
    ['pc-i440fx-9.0'],
    'a full name, no alias that means something else elsewhere',
  );
  t.same(xml.texts('kernel'), ['/cache/vmlinuz']);
  t.same(xml.texts('initrd'), ['/cache/initramfs']);
  t.same(xml.texts('vcpu'), ['4']);
  t.same(xml.attributes('dirty-ring', 'state'), []);
});

t.test('a bare guest under KVM has the dirty ring on', async (t) => {
  const xml = parse({ ...DOMAIN, kind: 'bare', accelerator: 'kvm' });
  t.same(xml.attributes('domain', 'type'), ['kvm']);
  t.same(xml.attributes('dirty-ring', 'state'), ['on']);
  t.same(xml.texts('kernel'), ['/cache/bare.elf']);
  t.same(xml.texts('initrd'), []);
});

t.test('there is no device that the guest does not need', async (t) => {
  const xml = parse(DOMAIN);
  t.same(xml.attributes('controller', 'model'), ['none']);
  t.same(xml.attributes('memballoon', 'model'), ['none']);
  for (const tag of ['disk', 'graphics', 'video', 'input', 'rng']) t.same(xml.texts(tag), []);
});

t.test('no value can break out of its place', async (t) => {
  const name = `a<b>&"'</name>`;
  t.same(parse({ ...DOMAIN, name, consolePath: `/log/${name}`, bridge: "x'/>" }).texts('name'), [name]);
  t.same(parse({ ...DOMAIN, consolePath: "/l'og" }).attributes('source', 'path'), [null, "/l'og"]);
});

t.test('the command line says everything and leaves nothing to defaults in the guest', async (t) => {
  const resolved = resolveGuestOptions({
    ...GUEST,
    workload: { name: 'burst', bytesPerSecond: 20e6, periodMs: 1000, duty: 0.25 },
  });
  t.equal(
    guestCommandLine({ ...resolved, kind: 'bare' }),
    'precopy.id=3 precopy.hz=1000 precopy.address=10.1.0.3/16 precopy.client=10.1.255.1:9000 precopy.workload=burst ' +
      'precopy.set=268435456 precopy.rate=20000000 precopy.verify=4096 precopy.period=1000 precopy.high=250 ' +
      'precopy.client-mac=52:54:00:ff:00:01',
  );
});

t.test('a set that does not fit is refused; without one it is cut to what the guest has', async (t) => {
  const small = { ...GUEST, memoryBytes: 128 * MIB };
  t.equal(resolveGuestOptions(small).workload.setBytes, 40 * MIB);
  t.throws(() => resolveGuestOptions({ ...small, workload: { name: 'hot', setBytes: 100 * MIB } }), {
    message: /workload\.setBytes/,
  });
});

const REFUSED: [option: string, options: Record<string, unknown>][] = [
  ['kind', { kind: 'windows' }],
  ['accelerator', { accelerator: 'kvm' }],
  ['id', { id: 0 }],
  ['memoryBytes', { memoryBytes: 128 * MIB + 1 }],
  ['memoryBytes', { memoryBytes: 64 * MIB }],
  ['vcpus', { vcpus: 0 }],
  ['mac', { mac: '52:54' }],
  ['address', { address: '10.0.0.0.1' }],
  ['prefixBits', { prefixBits: 33 }],
  ['client.address', { client: { address: 'client', port: 1 } }],
  ['client.port', { client: { address: '10.0.0.1', port: 0 } }],
  ['client.mac', { client: { address: '10.0.0.1', port: 1, mac: 'FF:FF:FF:FF:FF:FF' } }],
  ['heartbeatHz', { heartbeatHz: -1 }],
  ['workload.name', { workload: { name: 'lazy' } }],
  ['workload.bytesPerSecond', { workload: { name: 'steady', bytesPerSecond: Number.NaN } }],
  ['workload.duty', { workload: { name: 'burst', duty: 0 } }],
  ['workload.speed', { workload: { name: 'burst', speed: 1 } }],
];

for (const [option, options] of REFUSED) {
  t.test(`${option} is refused by name: ${JSON.stringify(options)}`, async (t) => {
    // What TypeScript would not let a user write, a user of JavaScript can.
    const wrong = { ...GUEST, ...options } as GuestOptions;
    t.throws(() => resolveGuestOptions(wrong), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', option });
  });
}

t.test('the same entries give the same initramfs, in the format that Linux reads', async (t) => {
  const entries = [
    { kind: 'directory', path: 'dev' },
    { kind: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    { kind: 'file', path: 'init', mode: 0o755, content: Buffer.from('abcde') },
  ] as const;
  const archive = writeInitramfs(entries);
  t.same(archive, writeInitramfs(entries));
  t.equal(archive.length % 4, 0);
  const header = archive.subarray(archive.indexOf('init\0') - 110).toString('latin1');
  t.match(header, /^070701000000030000{1}81ed/);
  t.ok(archive.includes('TRAILER!!!\0'));
});
