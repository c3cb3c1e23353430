import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { startWriter } from '../lab/moving.js';
import { endInMidMigration, WAYS_TO_END } from './mid-migration.js';

test('whatever ends the process in mid-migration: it ends cleanly, and the guest has one owner', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const guest = await startWriter(lab, 'hostage');
  for (const control of ['peer-to-peer', 'direct'] as const) {
    for (const way of WAYS_TO_END) {
      await t.test(`${way}, ${control}`, async (t) => {
        const { trouble } = await endInMidMigration(lab, guest, way, control);
        t.same(trouble, []);
      });
    }
  }
});
