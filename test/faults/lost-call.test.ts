import { test } from 'tap';
import type { Host } from '../../lib/lab/index.js';
import { eventOf, FaultScene } from '../support/fault-scene.js';

// The invariant: who loses his connection has not lost the migration, and the result never says that the guest stays while it goes.

const ADMIN = ['virt-admin', '--connect', 'libvirtd:///system'];

/** What cuts the daemon's clients off without harm to what they have begun. */
async function disconnectClients(host: Host): Promise<number> {
  const { stdout } = await host.exec([...ADMIN, '--quiet', 'client-list', 'libvirtd']);
  const ids = stdout.split('\n').flatMap((line) => /^\s*(\d+)\s+unix\b/.exec(line)?.[1] ?? []);
  for (const id of ids) await host.exec([...ADMIN, 'client-disconnect', 'libvirtd', id]);
  return ids.length;
}

test('the source drops all connections in pre-copy: by peer-to-peer the migration goes on, and its end is told', async (t) => {
  await using scene = await FaultScene.start(t, 'cut-off', 5e6);
  const migration = scene.migrate();
  await eventOf(migration, 'pass');
  t.ok((await disconnectClients(scene.a)) >= 2, 'the long call has lost its connection');
  const result = await migration.outcome;
  t.match(result, { outcome: 'completed', owner: 'destination', warnings: [{ code: 'call-lost' }] });
  await scene.runsOn(t, scene.b);
});

test('the same, and an abort is asked for afterwards', async (t) => {
  await using scene = await FaultScene.start(t, 'called-back', 20e6);
  const migration = scene.migrate();
  await eventOf(migration, 'pass');
  await disconnectClients(scene.a);
  migration.abort('it is not wanted any more');
  t.match(await migration.outcome, { outcome: 'cancelled', owner: 'source', abort: { outcome: 'cancelled' } });
  await scene.runsOn(t, scene.a);
});
