import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { useOwnState } from './lab-state.js';
import { running, startEmptyGuest, virsh } from './lab-virsh.js';

test('virsh, an independent client, moves a guest with a shared disk between the hosts', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const disk = await lab.createDisk({ sizeBytes: 64 * 1024 ** 2 });
  await startEmptyGuest(a, 'traveller', disk.xml());

  await virsh(a, 'migrate', '--live', '--p2p', 'traveller', b.peerUri, '--migrateuri', b.migrateUri);
  t.same([await running(a), await running(b)], [[], ['traveller']], 'peer-to-peer');
  await virsh(b, 'migrate', '--live', 'traveller', a.uri, '--migrateuri', a.migrateUri);
  t.same([await running(a), await running(b)], [['traveller'], []], 'and back, led by the client');
  await virsh(a, 'migrate', '--live', '--p2p', 'traveller', b.peerUri);
  t.same(
    [await running(a), await running(b)],
    [[], ['traveller']],
    'and without being told the address of the data link',
  );
});

test('shared disks have names and sizes of their own', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ hosts: 1 });
  const [one, two] = [
    await lab.createDisk({ sizeBytes: 1024 ** 2, name: 'one' }),
    await lab.createDisk({ sizeBytes: 1024 ** 2 }),
  ];
  t.not(one.port, two.port);
  const { stdout } = await lab
    .host('a')
    .exec(['qemu-img', 'info', '--output=json', `nbd://${one.address}:${one.port}/one`]);
  t.match(JSON.parse(stdout), { 'virtual-size': 1024 ** 2 });

  await t.rejects(lab.createDisk({ sizeBytes: 1024 ** 2, name: 'one' }), { code: 'ERR_PRECOPY_LAB_EXISTS' });
  await t.rejects(lab.createDisk({ sizeBytes: 1000 }), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', option: 'sizeBytes' });
  await one.destroy();
  t.equal(await one.server(), undefined);
  t.ok(await two.server(), 'the end of one leaves the other');
});
