import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { moveOptions, observeMove, startWriter, stillBeats, virshSees } from './moving.js';

test('strict safety: the guest is resumed on the destination only once the source has let go of it', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'careful');
  const source = await a.connect();
  let before: object | undefined;
  const { result, events } = await observeMove({
    ...moveOptions(guest.name, a, b),
    safety: 'strict',
    hooks: {
      beforeResume: async ({ domain }) => {
        const onSource = await source.listAllDomains();
        before = { destination: await domain.getState(), onSource: onSource.map(({ name }) => name) };
      },
    },
  });
  await source.close();
  t.match(result, { outcome: 'completed', owner: 'destination', safety: 'strict' });
  t.match(before, { destination: { state: 'paused' }, onSource: [] }, 'stopped here, gone there');
  t.match(
    events.flatMap((event) => (event.type === 'guest' && event.side === 'destination' ? [event.event] : [])),
    ['started', 'suspended', 'resumed'],
  );
  t.ok((result.pause.observedMs ?? 0) > 0);
  t.same(await virshSees(guest.name, lab.hosts), ['b']);
  t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
});

// The invariant: whatever is lost on the way, the guest never goes on running on both hosts.
test('a lost Finish reply', async (t) => {
  for (const safety of ['guarded', 'strict'] as const) {
    await t.test(`${safety}: it does not go on running twice`, async (t) => {
      await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
      const [a, b] = [lab.host('a'), lab.host('b')];
      const guest = await startWriter(lab, 'twin');
      await b.replies.drop('finish');
      const { result } = await observeMove({ ...moveOptions(guest.name, a, b), safety });
      const running = await virshSees(guest.name, lab.hosts);
      if (safety === 'guarded') {
        t.match(result, { outcome: 'failed', owner: 'unknown' });
        t.ok(result.warnings.some(({ code }) => code === 'split-brain'));
        t.same(running, [], 'both are suspended, and nothing was decided that cannot be undone');
      } else {
        t.match(result, { outcome: 'failed', owner: 'source' });
        t.same(running, ['a'], 'the source runs on, the destination never began');
      }
    });
  }
});
