import { once } from 'node:events';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { type Migration, type MigrationEvent, migrate, resolve } from '../../lib/migration/index.js';
import { definePolicy, type Pace } from '../../lib/policy/index.js';
import { useOwnState } from '../lab/lab-state.js';
import { moveOptions, startWriter, stillBeats, virshSees } from '../lab/moving.js';
import { Checker } from './checker.js';

// The invariant: with the data link dead in mid-copy, the stall is said; an abort ends the migration within its deadline, with the guest
// running on the source, and nobody ever runs it twice.

/** Slow enough that a guest of 256 MiB is in pre-copy for seconds. */
const SLOW = { bitsPerSecond: 200e6 };

async function paceOf(migration: Migration, wanted: Pace): Promise<void> {
  for (;;) {
    const [{ pace }] = await once(migration, 'pace');
    if (pace === wanted) return;
  }
}

test('the data link is cut in mid-copy and mended: the stall is said, and taken back', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'waiting', 5e6);
  await using checker = new Checker(lab, guest, b);
  await using connection = await a.connect();
  const domain = await connection.domainLookupByName(guest.name);

  const migration = migrate(moveOptions(guest.name, a, b));
  const events: MigrationEvent[] = [];
  migration.on('event', (event) => events.push(event));
  await once(migration, 'pass');
  for (let samples = 0; samples < 10; samples += 1) await once(migration, 'sample');
  await lab.link.cut();
  await paceOf(migration, 'stalled');
  const { memoryBytesPerSecond } = await domain.getJobStats();
  t.ok((memoryBytesPerSecond ?? 0) > 0, "libvirt's own figure goes on as if nothing had happened");
  const [stalled] = await once(migration, 'sample');
  t.match(stalled, { pace: 'stalled', sentBytesPerSecond: 0, etaMs: undefined });

  const moves = paceOf(migration, 'moving');
  await lab.link.restore();
  await moves;
  const result = await migration.outcome;
  t.match(result, { outcome: 'completed', owner: 'destination' });
  t.ok(result.warnings.some(({ code }) => code === 'stalled'));
  const progress = events.flatMap((event) => (event.type === 'sample' ? [event.progress] : []));
  t.same(
    progress,
    [...progress].sort((one, other) => one - other),
    'progress never goes back',
  );
  t.ok(progress.every((fraction) => fraction >= 0 && fraction <= 1));
  t.same(await virshSees(guest.name, lab.hosts), ['b']);
  t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
});

/** Stops the guest with so much left to send that it does not fit into the sockets' buffers. */
const EARLY_STOP = definePolicy({
  ...{ name: 'early-stop', initialState: {} },
  settings: () => ({ downtimeLimitMs: 2000, postCopy: false, notes: [] }),
  decide: (view, state) => ({
    state,
    actions: view.downtimeLimitMs === 2000 ? [] : [{ kind: 'downtime-limit', limitMs: 2000, reason: 'early' }],
  }),
});

test('the data link is cut', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'recalled', 100e6);

  for (const control of ['peer-to-peer', 'direct'] as const) {
    await t.test(`and the migration aborted, ${control}: the guest runs on`, async (t) => {
      await using checker = new Checker(lab, guest, b);
      const migration = migrate(moveOptions(guest.name, a, b, control));
      await once(migration, 'pass');
      await lab.link.cut();
      await paceOf(migration, 'stalled');
      migration.abort('the link is dead');
      t.match(await migration.outcome, {
        ...{ outcome: 'cancelled', owner: 'source', abort: { outcome: 'cancelled', reason: 'the link is dead' } },
        error: { code: 'ERR_PRECOPY_ABORTED' },
      });
      t.same(await virshSees(guest.name, lab.hosts), ['a']);
      t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
      t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
      await lab.link.restore();
    });
  }

  await t.test('while the last pages go over: an abort hangs, says so in time, and nothing is lost', async (t) => {
    await using checker = new Checker(lab, guest, b);
    const deadlines = { abortMs: 3000, callMs: 2000, settleMs: 500 };
    const migration = migrate({ ...moveOptions(guest.name, a, b), policy: EARLY_STOP, deadlines });
    for (;;) {
      const [{ side, event }] = await once(migration, 'guest');
      if (side === 'source' && event === 'suspended') break;
    }
    await lab.link.cut();
    await paceOf(migration, 'stalled');
    migration.abort('the link is dead');
    // QEMU holds its main lock while it writes into the dead link: no call into libvirt gets through to it.
    t.match(await migration.outcome, {
      ...{ outcome: 'failed', owner: 'unknown', abort: { outcome: 'hung' } },
      error: { code: 'ERR_PRECOPY_ABORT_HUNG', remedy: /Mend the link.*ss --kill/ },
    });

    await t.test('the broken connection frees it, as the remedy says, and the guest runs on', async (t) => {
      const { exitCode, stderr } = await a.exec(['ss', '--kill', 'dst', b.address('migration')]);
      t.equal(exitCode, 0, stderr);
      await stillBeats(guest);
      t.match(await resolve({ source: a.endpoint, destination: b.endpoint, domain: guest.name }), {
        ...{ owner: 'source', remedy: undefined },
      });
      await lab.link.restore();
      t.same(await virshSees(guest.name, lab.hosts), ['a']);
      t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    });
    t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
  });
});

test("the destination's daemon stands still for a while: it is said, and the guest arrives all the same", async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'patient', 5e6);
  const migration = migrate(moveOptions(guest.name, a, b));
  const seen: MigrationEvent[] = [];
  migration.on('host', (event) => seen.push(event));
  await once(migration, 'pass');
  await b.daemon.freeze();
  for (;;) {
    const [{ side, view }] = await once(migration, 'host');
    if (side === 'destination' && view.seen === 'unreachable') break;
  }
  await b.daemon.thaw();
  const result = await migration.outcome;
  t.match(result, { outcome: 'completed', owner: 'destination' });
  t.ok(result.warnings.some(({ code, message }) => code === 'host-silent' && /destination/.test(message)));
  for (const [side, state] of [
    ['source', 'running'],
    ['destination', 'paused'],
  ]) {
    t.ok(
      seen.some(
        (event) => event.type === 'host' && event.side === side && 'state' in event.view && event.view.state === state,
      ),
      `${state} on the ${side}`,
    );
  }
  t.same(await virshSees(guest.name, lab.hosts), ['b']);
});
