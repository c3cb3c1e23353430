import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { MigrationError, migrate, PHASES } from '../../lib/migration/index.js';
import { moveOptions, observeMove, startWriter, stillBeats, virshSees } from './moving.js';

test('on a link of 1 Gbit/s', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'traveller');

  await t.test('a Linux guest goes there by peer-to-peer and back by direct control', async (t) => {
    for (const [from, to, control] of [
      [a, b, 'peer-to-peer'],
      [b, a, 'direct'],
    ] as const) {
      await t.test(`${from.name} → ${to.name}, ${control}`, async (t) => {
        const { result, events } = await observeMove(moveOptions(guest.name, from, to, control));
        t.equal(result.error, undefined);
        t.match(result, { outcome: 'completed', owner: 'destination', control, abort: undefined });
        t.match(result.evidence, { source: { seen: 'absent' }, destination: { seen: 'present', state: 'running' } });
        t.same(await virshSees(guest.name, lab.hosts), [to.name], 'virsh sees the guest where the result says it is');

        t.same(
          result.phases.map(({ phase }) => phase),
          PHASES,
          'through every phase, in order',
        );
        t.same(
          events.flatMap((event) => (event.type === 'phase' ? [event.phase] : [])),
          PHASES,
        );
        t.equal(events.at(-1)?.type, 'end');
        t.ok(
          events.some((event) => event.type === 'sample' && event.memoryProcessedBytes > 0),
          'samples came in',
        );
        t.ok(result.passes >= 1, 'there was a pass');
        t.ok((result.sentBytes ?? 0) > 0, 'bytes were sent');
        t.ok((result.pause.observedMs ?? 0) > 0, 'the pause was observed');
        t.ok((result.pause.qemuMs ?? 0) > 0, 'QEMU told its pause');
        t.ok((result.pause.observedMs ?? 0) < result.totalMs, 'and it is a part of the whole');
        t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
      });
    }
  });

  await t.test('what cannot be is said before anything is touched', async (t) => {
    const valid = moveOptions(guest.name, a, b);

    const cases = [
      ['an unknown guest', { ...valid, domain: 'nobody' }, { code: 'ERR_PRECOPY_DOMAIN_NOT_FOUND', message: /nobody/ }],
      [
        'an unknown UUID',
        { ...valid, domain: '00000000-0000-4000-8000-000000000000' },
        { code: 'ERR_PRECOPY_DOMAIN_NOT_FOUND' },
      ],
      ['the same host twice', { ...valid, destination: a.endpoint }, { code: 'ERR_PRECOPY_SAME_HOST' }],
      [
        'a host that is not there',
        { ...valid, destination: { uri: 'qemu:///system', socketPath: '/nonexistent/socket' } },
        { code: 'ERR_PRECOPY_UNREACHABLE', message: /destination/ },
      ],
      [
        'no way to the peer',
        { ...valid, transport: { control: 'peer-to-peer' as const } },
        { code: 'ERR_PRECOPY_NO_PEER_URI' },
      ],
    ] as const;
    for (const [what, options, error] of cases) {
      await t.test(what, async (t) => {
        await t.rejects(Promise.resolve(migrate(options)), error);
        const { result, events } = await observeMove(options);
        t.equal(result.outcome, 'failed');
        t.ok(result.error instanceof MigrationError);
        t.type(result.error?.remedy, 'string');
        t.notOk(events.some((event) => event.type === 'phase' && event.phase === 'prepare'));
      });
    }

    await t.test('a connection that is closed', async (t) => {
      const closed = await a.connect();
      await closed.close();
      await t.rejects(Promise.resolve(migrate({ ...valid, source: closed })), {
        code: 'ERR_PRECOPY_CONNECTION_CLOSED',
      });
    });

    t.same(await virshSees(guest.name, lab.hosts), ['a'], 'the guest was never touched');
  });

  await t.test('an abort at the switchover says what became of it, and the guest is where it says', async (t) => {
    const migration = migrate(moveOptions(guest.name, a, b));
    migration.on('guest', ({ side, event }) => {
      if (side === 'source' && event === 'suspended') migration.abort('too late?');
    });
    const result = await migration.outcome;
    const expected = { cancelled: 'source', completedAnyway: 'destination', refused: 'destination', hung: 'unknown' };
    t.ok(result.abort, 'the abort is in the result');
    t.equal(result.owner, expected[result.abort?.outcome ?? 'hung']);
    t.same(await virshSees(guest.name, lab.hosts), [result.owner === 'source' ? 'a' : 'b']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });
});

test('on a link of 100 Mbit/s, less than what the guest writes', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 100e6 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'stayer', 200e6);

  await t.test('an abort in pre-copy leaves the guest on the source, and says so', async (t) => {
    for (const control of ['peer-to-peer', 'direct'] as const) {
      await t.test(control, async (t) => {
        const controller = new AbortController();
        const { result } = await observeMove(
          { ...moveOptions(guest.name, a, b, control), signal: controller.signal },
          (event) => {
            if (event.type === 'pass') controller.abort(new Error('the host is needed'));
          },
        );
        t.match(result, {
          outcome: 'cancelled',
          owner: 'source',
          abort: { outcome: 'cancelled', reason: 'the host is needed' },
        });
        t.match(result.error, { code: 'ERR_PRECOPY_ABORTED', owner: 'source', message: /the host is needed/ });
        t.same(await virshSees(guest.name, lab.hosts), ['a']);
        t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
      });
    }

    await t.test('one that was asked for before the start touches nothing', async (t) => {
      const { result, events } = await observeMove({
        ...moveOptions(guest.name, a, b),
        signal: AbortSignal.abort('never mind'),
      });
      t.match(result, { outcome: 'cancelled', abort: { reason: 'never mind' } });
      t.notOk(
        events.some((event) => event.type === 'phase' && event.phase === 'prepare'),
        'nothing was prepared',
      );
      t.same(await virshSees(guest.name, lab.hosts), ['a']);
    });
  });

  await t.test('a destination that dies in pre-copy costs the migration, not the guest', async (t) => {
    await t.test('its daemon is killed and comes back', async (t) => {
      const { result } = await observeMove(moveOptions(guest.name, a, b), (event) => {
        if (event.type === 'pass' && event.pass === 1) void b.daemon.restart();
      });
      t.match(result, { outcome: 'failed', owner: 'source', error: { code: 'ERR_PRECOPY_MIGRATION_FAILED' } });
      t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    });

    await t.test('its power fails: nothing can be proven any more, and that is said', async (t) => {
      const options = {
        ...moveOptions(guest.name, a, b),
        deadlines: { connectMs: 2000, callMs: 2000, settleMs: 3000, abortMs: 3000 },
      };
      const { result } = await observeMove(options, (event) => {
        if (event.type === 'pass' && event.pass === 1) void b.powerOff();
      });
      t.match(result, { outcome: 'failed', owner: 'unknown', evidence: { destination: { seen: 'unreachable' } } });
      t.match(result.error?.remedy, /before both hosts were asked/);
      t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false }, 'the guest runs on');
    });
  });
});
