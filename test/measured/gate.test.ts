import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { type MigrationEvent, Veto } from '../../lib/migration/index.js';
import { moveOptions, observeMove, startWriter, stillBeats, virshSees } from '../lab/moving.js';

const MEBIBYTE = 1024 * 1024;

/** When the first event of a kind came, in milliseconds from the start. */
function atMs(events: readonly MigrationEvent[], is: (event: MigrationEvent) => boolean): number {
  return events.find(is)?.atMs ?? Number.NaN;
}

const isStop = (event: MigrationEvent) => event.type === 'phase' && event.phase === 'stop-and-copy';

test('hooks, the hold and vetoes', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  let [from, to] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'held');
  const swap = () => {
    [from, to] = [to, from];
  };

  await t.test('hooks are called in order, and the guest runs on while one of them holds the switchover', async (t) => {
    const called: string[] = [];
    let worked = 0;
    const { result, events } = await observeMove({
      ...moveOptions(guest.name, from, to),
      hooks: {
        connected: () => called.push('connected'),
        prepared: () => called.push('prepared'),
        pass: () => {
          if (called.at(-1) !== 'pass') called.push('pass');
          return undefined;
        },
        beforeSwitchover: [
          async () => {
            called.push('beforeSwitchover');
            const before = guest.heartbeats.latest?.workPages ?? 0;
            await delay(2000);
            worked = (guest.heartbeats.latest?.workPages ?? 0) - before;
          },
          () => called.push('beforeSwitchover, second'),
        ],
        stopped: () => called.push('stopped'),
        resumed: () => called.push('resumed'),
        settled: ({ result }) => called.push(`settled: ${result.owner}`),
        rolledBack: () => called.push('rolledBack'),
      },
    });
    t.match(result, { outcome: 'completed', owner: 'destination', hold: 'held' });
    t.ok(result.heldMs >= 2000, 'as long as the hook took');
    t.ok(worked > 0, 'the guest worked meanwhile');
    t.same(
      called.filter((name) => name !== 'pass'),
      [
        'connected',
        'prepared',
        'beforeSwitchover',
        'beforeSwitchover, second',
        'stopped',
        'resumed',
        'settled: destination',
      ],
    );
    const released = atMs(events, (event) => event.type === 'hold' && event.what === 'release');
    t.ok(released <= atMs(events, isStop), 'the stop came after the release');
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    swap();
  });

  await t.test('a moment can be asked for, and the guest does not stop before it', async (t) => {
    const switchoverAt = new Date(Date.now() + 6000);
    const { result, events } = await observeMove({ ...moveOptions(guest.name, from, to), switchoverAt });
    t.match(result, { outcome: 'completed', hold: 'held' });
    const stopped = result.startedAt.getTime() + atMs(events, isStop);
    t.ok(stopped >= switchoverAt.getTime() - 150, `stopped ${stopped - switchoverAt.getTime()} ms after it`);
    swap();
  });

  await t.test('a veto before the start touches nothing', async (t) => {
    const { result, events } = await observeMove({
      ...moveOptions(guest.name, from, to),
      hooks: {
        connected: () => {
          throw new Veto('the destination is reserved');
        },
      },
    });
    t.match(result, { outcome: 'cancelled', owner: 'source', abort: { reason: /the destination is reserved/ } });
    t.notOk(events.some((event) => event.type === 'phase' && event.phase === 'prepare'));
  });

  await t.test('a veto during the hold aborts, the guest stays, and its limits are as before', async (t) => {
    const connection = await from.connect();
    const domain = await connection.domainLookupByName(guest.name);
    const before = [await domain.migrateGetMaxDowntime(), await domain.migrateGetMaxSpeed()];
    const { result } = await observeMove({
      ...moveOptions(guest.name, from, to),
      hooks: {
        beforeSwitchover: { run: () => Promise.reject(new Veto('not now')), onFailure: 'continue' },
      },
    });
    t.match(result, { outcome: 'cancelled', owner: 'source', hold: 'none', abort: { outcome: 'cancelled' } });
    t.same([await domain.migrateGetMaxDowntime(), await domain.migrateGetMaxSpeed()], before);
    t.same(await virshSees(guest.name, lab.hosts), [from.name]);
    await connection.close();
  });

  await t.test('a hook that goes on is not waited for once the migration has failed', async (t) => {
    const controller = new AbortController();
    let isTold = false;
    const { result } = await observeMove({
      ...{ ...moveOptions(guest.name, from, to), signal: controller.signal },
      hooks: {
        prepared: {
          run: ({ signal }) => {
            signal.addEventListener('abort', () => {
              isTold = true;
            });
            controller.abort(new Error('the host is needed'));
            return new Promise(() => {});
          },
          deadlineMs: 24 * 3600 * 1000,
        },
      },
    });
    t.match(result, { outcome: 'cancelled', owner: 'source', abort: { reason: 'the host is needed' } });
    t.equal(isTold, true, 'its signal says so');
  });

  await t.test('a hook that throws or is late is a warning where the caller says so', async (t) => {
    const { result } = await observeMove({
      ...moveOptions(guest.name, from, to),
      hooks: {
        connected: { run: () => Promise.reject(new Error('no answer from the inventory')), onFailure: 'continue' },
        prepared: { run: ({ signal }) => delay(60_000, undefined, { signal }), deadlineMs: 50, onFailure: 'continue' },
      },
    });
    t.match(result, { outcome: 'completed', hold: 'none' });
    t.match(result.warnings, [
      { code: 'hook-failed', message: /connected.*inventory/ },
      { code: 'hook-failed', message: /prepared.*50 ms/ },
    ]);
    swap();
  });

  await t.test('a pass hook can act in place of the policy', async (t) => {
    const { result } = await observeMove({
      ...moveOptions(guest.name, from, to),
      hooks: { pass: ({ view }) => ({ kind: 'switchover', reason: `pass ${view.pass} is enough` }) },
    });
    t.match(result, { outcome: 'completed' });
    t.match(
      result.decisions.flatMap(({ by, action }) => (by === 'landing' ? [] : [action])),
      [{ kind: 'switchover', reason: 'pass 2 is enough' }],
    );
    swap();
  });
});

test('a hold that QEMU breaks, because nothing at all is left to send, is said', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const guest = await lab.startGuest({
    kind: 'bare',
    memoryBytes: 128 * MEBIBYTE,
    workload: { name: 'idle', setBytes: 16 * MEBIBYTE, verifiedPagesPerSecond: 0 },
    heartbeatHz: 10,
  });
  await guest.heartbeats.waitForFirst();
  const { result } = await observeMove({
    ...moveOptions(guest.name, lab.host('a'), lab.host('b')),
    hooks: { beforeSwitchover: () => delay(20_000) },
  });
  t.match(result, { outcome: 'completed', owner: 'destination', hold: 'broken' });
  t.match(result.warnings, [{ code: 'hold-broken' }]);
});
