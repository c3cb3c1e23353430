import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { useOwnState } from './lab-state.js';
import { running, startEmptyGuest, virsh } from './lab-virsh.js';

const MIB = 1024 ** 2;
const SMALL = {
  memoryBytes: 128 * MIB,
  workload: { name: 'steady', setBytes: 8 * MIB, bytesPerSecond: 2 * MIB },
} as const;

test('guests beat, each with an address of its own, and are found wherever they are', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];
  const [linux, bare] = await Promise.all([
    lab.startGuest({ kind: 'linux', name: 'one', ...SMALL }),
    lab.startGuest({ kind: 'bare', host: 'b', ...SMALL }),
  ]);
  t.equal(linux.accelerator, 'tcg');
  t.match(bare.accelerator, /^(kvm|tcg)$/, `the bare guest runs under ${bare.accelerator}`);
  t.not(linux.mac, bare.mac);
  t.not(linux.address, bare.address);
  t.match(bare.name, /^bare\d+$/, 'a guest without a name gets one');
  await Promise.all([linux.heartbeats.waitForFirst(), bare.heartbeats.waitForFirst()]);
  t.same([await running(a), await running(b)], [['one'], [bare.name]], 'virsh sees them');

  await virsh(a, 'migrate', '--live', '--p2p', 'one', b.peerUri, '--migrateuri', b.migrateUri);
  t.same(
    (await linux.locate()).map((host) => host.name),
    ['b'],
  );
  const { count } = linux.heartbeats;
  await linux.heartbeats.waitFor(() => linux.heartbeats.count > count + 100);
  t.equal(linux.heartbeats.latest?.badPages, 0, 'it beats on, with every page as it was');

  const [again] = (await (await Lab.attach(lab.name)).guests()).filter((guest) => guest.name === 'one');
  t.match(again, { id: linux.id, mac: linux.mac, address: linux.address }, 'who attaches knows it, too');
  t.throws(() => again?.heartbeats, { code: 'ERR_PRECOPY_LAB_GUEST' }, 'but does not listen to it');
  await t.rejects(
    (await Lab.attach(lab.name)).probe,
    { code: 'ERR_PRECOPY_LAB_OBSERVED', message: new RegExp(lab.name) },
    'one process listens at a time',
  );
  await again?.destroy();
  t.same(await linux.locate(), [], 'destroyed wherever it was');
  t.same(
    (await lab.guests()).map((guest) => guest.name),
    [bare.name],
  );

  await b.daemon.kill();
  await bare.destroy();
  t.equal(await b.qemu(bare.name), undefined, 'also where no daemon runs');

  const beats = linux.heartbeats.count;
  await lab.detach();
  t.ok(beats > 0 && linux.heartbeats.count === beats, 'what was heard can be looked at afterwards');
});

test('what would be confused with a guest is found before it is started', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start();
  const first = await lab.startGuest({ kind: 'bare', name: 'taken', ...SMALL });
  await t.rejects(
    lab.startGuest({ kind: 'bare', name: 'taken', host: 'b', ...SMALL }),
    { code: 'ERR_PRECOPY_LAB_EXISTS' },
    'its name',
  );

  await startEmptyGuest(lab.host('b'), 'stray');
  await t.rejects(
    lab.startGuest({ kind: 'bare', name: 'stray', ...SMALL }),
    { code: 'ERR_PRECOPY_LAB_EXISTS', message: /host b/ },
    'a domain of its name, on any host',
  );

  const nextMac = first.mac.replace(/01$/, '02');
  await startEmptyGuest(
    lab.host('b'),
    'impostor',
    `<interface type='bridge'><source bridge='guests'/><mac address='${nextMac}'/></interface>`,
  );
  await t.rejects(
    lab.startGuest({ kind: 'bare', ...SMALL }),
    { code: 'ERR_PRECOPY_LAB_EXISTS', message: /impostor/ },
    'a domain of its Ethernet address',
  );
  t.same(
    (await lab.guests()).map((guest) => guest.name),
    ['taken'],
    'a refused guest leaves no trace',
  );

  await virsh(lab.host('b'), 'destroy', 'impostor');
  const second = await lab.startGuest({ kind: 'bare', ...SMALL });
  await second.destroy();
  const third = await lab.startGuest({ kind: 'bare', ...SMALL });
  t.not(third.mac, second.mac, 'an address is not used again in the life of a lab');
});

test('impossible guests are refused by name', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ hosts: 1 });
  const refused: [string, object][] = [
    ['kind', { kind: 'windows' }],
    ['memoryBytes', { memoryBytes: -1 }],
    ['workload', { workload: undefined }],
    ['host', { host: 'z' }],
    ['name', { name: 'a/b' }],
    ['heartbeatHz', { heartbeatHz: 0.5 }],
    ['colour', { colour: 'red' }],
  ];
  for (const [option, wrong] of refused) {
    const options = { kind: 'linux' as const, ...SMALL, ...wrong };
    await t.rejects(lab.startGuest(options), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', option }, JSON.stringify(wrong));
  }
  t.same(await lab.guests(), []);
});
