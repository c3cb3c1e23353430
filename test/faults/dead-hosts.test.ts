import { once } from 'node:events';
import { test } from 'tap';
import { type Guest, type Host, Lab } from '../../lib/lab/index.js';
import {
  adopt,
  type DeadlineOptions,
  type Migration,
  type MigrationEventType,
  migrate,
  type Resolution,
  resolve,
} from '../../lib/migration/index.js';
import { useOwnState } from '../lab/lab-state.js';
import { moveOptions, startWriter, stillBeats, virshSees } from '../lab/moving.js';
import { Checker } from './checker.js';

// The invariant: whatever dies beneath a migration, resolve() ends with exactly one owner and says which one, or says that it cannot be
// proven and does nothing.

/** A host that is off is given up soon. */
const IMPATIENT: DeadlineOptions = { connectMs: 3000, callMs: 3000, settleMs: 500 };

/** Slow enough that a guest of 256 MiB is in pre-copy for seconds. */
const SLOW = { bitsPerSecond: 200e6 };

/** Resolves at an event of the migration; the guest's, when `side` and its name are given. */
async function eventOf(migration: Migration, type: MigrationEventType, which: object = {}): Promise<void> {
  for (;;) {
    const [event] = await once(migration, type);
    if (Object.entries(which).every(([key, value]) => Reflect.get(Object(event), key) === value)) return;
  }
}

function targetOf(guest: Guest, a: Host, b: Host) {
  return {
    source: a.endpoint,
    destination: b.endpoint,
    domain: guest.name,
    deadlines: { connectMs: 3000, callMs: 3000 },
  };
}

const doneIn = ({ actions }: Resolution) =>
  actions.filter(({ action, outcome }) => action !== 'wait' && outcome === 'done').map(({ action }) => action);

test('the destination daemon is killed in pre-copy: the guest stays where it was', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'survivor', 5e6);
  await using checker = new Checker(lab, guest, b);
  const migration = migrate({ ...moveOptions(guest.name, a, b), deadlines: IMPATIENT });
  await eventOf(migration, 'pass');
  await b.daemon.kill();

  await t.test('while it is dead nothing can be proven, and nothing is done', async (t) => {
    t.match(await resolve(targetOf(guest, a, b)), {
      ...{ verdict: 'indeterminate', owner: 'unknown', actions: [], remedy: /Fence/ },
      evidence: { destination: { seen: 'unreachable' } },
    });
  });

  await t.test('once it is back, the guest is on the source', async (t) => {
    await b.daemon.start();
    await migration.outcome;
    t.match(await resolve(targetOf(guest, a, b)), {
      verdict: /rolled-back|orphan/,
      owner: 'source',
      remedy: undefined,
    });
    t.same(await virshSees(guest.name, lab.hosts), ['a']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });
  t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
});

test('the destination loses its power: indeterminate, and nothing is done', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'survivor', 5e6);
  await using checker = new Checker(lab, guest, b);
  const migration = migrate({ ...moveOptions(guest.name, a, b), deadlines: IMPATIENT });
  await eventOf(migration, 'pass');
  await b.powerOff();

  t.match(await resolve(targetOf(guest, a, b)), {
    ...{ verdict: 'indeterminate', owner: 'unknown', actions: [], remedy: /Fence/ },
  });
  t.same(await virshSees(guest.name, [a]), ['a'], 'the guest was not touched');
  migration.abort('the test goes on');
  await migration.outcome;

  await b.powerOn();
  t.match(await resolve(targetOf(guest, a, b)), { verdict: 'rolled-back', owner: 'source', remedy: undefined });
  t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
});

test('the source daemon is killed between stop and Finish', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];

  // Finish never gets through, nor does the news that who would send it is dead: the control link is cut meanwhile.
  const breakOff = async (guest: Guest) => {
    const migration = migrate({ ...moveOptions(guest.name, a, b), deadlines: IMPATIENT });
    await eventOf(migration, 'pass');
    await lab.controlLink.cut({ host: 'a' });
    await eventOf(migration, 'guest', { side: 'source', event: 'suspended' });
    await a.daemon.restart();
    await migration.outcome;
  };

  await t.test('libvirt is given the time to find out, and has', async (t) => {
    const guest = await startWriter(lab, 'patient', 5e6);
    await using checker = new Checker(lab, guest, b);
    await breakOff(guest);
    const resolution = await resolve(targetOf(guest, a, b));
    t.comment(JSON.stringify({ ...resolution, evidence: undefined }));
    await lab.controlLink.restore({ host: 'a' });
    t.match(resolution, { owner: 'source', remedy: undefined });
    t.same(await virshSees(guest.name, lab.hosts), ['a']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
    await guest.destroy();
  });

  await t.test('when it has not, the orphan is destroyed', async (t) => {
    const guest = await startWriter(lab, 'hasty', 5e6);
    await using checker = new Checker(lab, guest, b);
    await breakOff(guest);
    const target = targetOf(guest, a, b);
    const dry = await resolve({ ...target, dryRun: true });
    t.comment(JSON.stringify({ ...dry, evidence: undefined }));
    t.equal((await guest.locate()).length, 2, 'a dry run changes nothing');
    const resolution = await resolve({ ...target, deadlines: { ...target.deadlines, waitMs: 100 } });
    t.comment(JSON.stringify({ ...resolution, evidence: undefined }));
    await lab.controlLink.restore({ host: 'a' });
    t.ok(doneIn(resolution).includes('destroy-destination'));
    t.match(resolution, { owner: 'source', remedy: undefined, evidence: { source: { standing: 'running' } } });
    t.same(await virshSees(guest.name, lab.hosts), ['a']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
  });
});

test('the data link is cut in stop-and-copy: it is said that the migration hangs, and it ends with the link mended', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'stuck', 20e6);
  await using checker = new Checker(lab, guest, b);
  const migration = migrate({ ...moveOptions(guest.name, a, b), deadlines: IMPATIENT });
  await eventOf(migration, 'guest', { side: 'source', event: 'suspended' });
  await lab.link.cut();

  const target = targetOf(guest, a, b);
  const stuck = await resolve({ ...target, deadlines: { ...target.deadlines, waitMs: 1000 } });
  // On a quick machine all was sent before the cut took effect.
  if (stuck.verdict !== 'completed') t.match(stuck, { verdict: 'under-way', owner: 'unknown', remedy: /adopt\(\)/ });
  t.same(doneIn(stuck), []);
  await lab.link.restore();

  const result = await adopt({ source: a.endpoint, destination: b.endpoint, domain: guest.name }).outcome;
  await migration.outcome;
  const { owner, remedy } = await resolve(target);
  t.equal(remedy, undefined);
  t.equal(owner, result.owner);
  t.same(await virshSees(guest.name, lab.hosts), [owner === 'source' ? 'a' : 'b']);
  t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
});

test('a migration that was adopted can be aborted', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'recalled', 50e6);
  await using checker = new Checker(lab, guest, b);
  const migration = migrate(moveOptions(guest.name, a, b));
  await eventOf(migration, 'pass');
  const adopted = adopt({ source: a.endpoint, destination: b.endpoint, domain: guest.name });
  adopted.abort('the host is needed');
  t.match(await adopted.outcome, {
    ...{ outcome: 'cancelled', owner: 'source', abort: { outcome: 'cancelled', reason: 'the host is needed' } },
    error: { code: 'ERR_PRECOPY_ABORTED' },
  });
  t.match(await migration.outcome, { outcome: 'failed', owner: 'source' });
  t.same(await virshSees(guest.name, lab.hosts), ['a']);
  t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
});

test('the source loses its power in pre-copy and comes back: the guest is lost, and that is said', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: SLOW });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'victim', 5e6);
  const migration = migrate({ ...moveOptions(guest.name, a, b), deadlines: IMPATIENT });
  await eventOf(migration, 'pass');
  await a.powerOff();
  const target = targetOf(guest, a, b);
  t.match(await resolve(target), { verdict: 'indeterminate', owner: 'unknown', actions: [], remedy: /Fence/ });
  migration.abort('the test goes on');
  await migration.outcome;

  await a.powerOn();
  const resolution = await resolve(target);
  t.comment(JSON.stringify({ ...resolution, evidence: undefined }));
  t.match(resolution, { verdict: 'lost', owner: 'neither', remedy: /start/ });
  t.same(doneIn(resolution), []);
  t.same(await virshSees(guest.name, lab.hosts), []);
});
