import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { useOwnState } from './lab-state.js';
import { running, startEmptyGuest, virsh } from './lab-virsh.js';

test('one lost reply to Finish makes stock libvirt run a guest on both hosts', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];
  await startEmptyGuest(a, 'guest');

  await b.replies.drop('finish');
  await t.rejects(virsh(a, 'migrate', '--live', '--p2p', 'guest', b.peerUri, '--migrateuri', b.migrateUri));
  t.equal(await virsh(a, 'domstate', '--reason', 'guest'), 'running (migration canceled)');
  t.equal(await virsh(b, 'domstate', '--reason', 'guest'), 'running (migrated)');

  await b.replies.restore();
  await virsh(b, 'destroy', 'guest');
  await virsh(a, 'migrate', '--live', '--p2p', 'guest', b.peerUri, '--migrateuri', b.migrateUri);
  t.same([await running(a), await running(b)], [[], ['guest']], 'with every reply delivered it is on one');
});
