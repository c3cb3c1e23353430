import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { startWriter } from '../lab/moving.js';
import { endInMidMigration, WAYS_TO_END } from './mid-migration.js';
import { ROUNDS } from './run-fixture.js';

test('whatever ends the process in mid-migration: it ends cleanly, and the guest has one owner', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const guest = await startWriter(lab, 'hostage');
  for (const way of WAYS_TO_END) {
    await t.test(way, async (t) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const control = round % 2 === 0 ? 'peer-to-peer' : 'direct';
        const { trouble } = await endInMidMigration(lab, guest, way, control);
        t.same(trouble, [], `round ${round + 1}, ${control}`);
      }
    });
  }
});
