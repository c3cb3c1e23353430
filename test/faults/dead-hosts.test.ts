import { test } from 'tap';
import { adopt, type Migration, type Resolution, resolve } from '../../lib/migration/index.js';
import { virsh } from '../../lib/policy/index.js';
import { virshSees } from '../lab/moving.js';
import { eventOf, FaultScene } from '../support/fault-scene.js';

// The invariant: whatever dies beneath a migration, resolve() ends with exactly one owner and says which one, or says that it cannot be
// proven and does nothing.

const UNPROVEN = { verdict: 'indeterminate', owner: 'unknown', actions: [], remedy: /Fence/ } as const;

const doneIn = ({ actions }: Resolution) =>
  actions.filter(({ action, outcome }) => action !== 'wait' && outcome === 'done').map(({ action }) => action);

test('the destination daemon is killed in pre-copy: the guest stays where it was', async (t) => {
  await using scene = await FaultScene.start(t, 'survivor');
  const migration = scene.migrate();
  await eventOf(migration, 'pass');
  await scene.b.daemon.kill();

  await t.test('while it is dead nothing can be proven, and nothing is done', async (t) => {
    t.match(await resolve(scene.impatient), { ...UNPROVEN, evidence: { destination: { seen: 'unreachable' } } });
  });

  await t.test('once it is back, the guest is on the source', async (t) => {
    await scene.b.daemon.start();
    await migration.outcome;
    t.match(await resolve(scene.whereabouts), { verdict: /rolled-back|orphan/, owner: 'source', remedy: undefined });
    await scene.runsOn(t, scene.a);
  });
});

test('the destination loses its power: indeterminate, and nothing is done', async (t) => {
  await using scene = await FaultScene.start(t, 'survivor');
  const migration = scene.migrate();
  await eventOf(migration, 'pass');
  await scene.b.powerOff();

  t.match(await resolve(scene.impatient), UNPROVEN);
  t.same(await virshSees(scene.guest.name, [scene.a]), ['a'], 'the guest was not touched');
  migration.abort('the test goes on');
  await migration.outcome;

  await scene.b.powerOn();
  t.match(await resolve(scene.whereabouts), { verdict: 'rolled-back', owner: 'source', remedy: undefined });
  await scene.runsOn(t, scene.a);
});

test('the source daemon is killed between stop and Finish', async (t) => {
  // Finish never gets through, nor does the news that who would send it is dead: the control link is cut meanwhile.
  const breakOff = async ({ lab, a }: FaultScene, migration: Migration) => {
    await eventOf(migration, 'pass');
    await lab.controlLink.cut({ host: 'a' });
    await eventOf(migration, 'guest', { side: 'source', event: 'suspended' });
    await a.daemon.restart();
    await migration.outcome;
  };

  await t.test('libvirt is given the time to find out, and has', async (t) => {
    await using scene = await FaultScene.start(t, 'patient');
    await breakOff(scene, scene.migrate());
    const resolution = await resolve(scene.whereabouts);
    t.comment(JSON.stringify({ ...resolution, evidence: undefined }));
    await scene.lab.controlLink.restore({ host: 'a' });
    t.match(resolution, { owner: 'source', remedy: undefined });
    await scene.runsOn(t, scene.a);
  });

  await t.test('when it has not, the orphan is destroyed', async (t) => {
    await using scene = await FaultScene.start(t, 'hasty');
    await breakOff(scene, scene.migrate());
    const dry = await resolve({ ...scene.whereabouts, dryRun: true });
    t.comment(JSON.stringify({ ...dry, evidence: undefined }));
    t.equal((await scene.guest.locate()).length, 2, 'a dry run changes nothing');
    const resolution = await resolve({ ...scene.whereabouts, deadlines: { waitMs: 100 } });
    t.comment(JSON.stringify({ ...resolution, evidence: undefined }));
    await scene.lab.controlLink.restore({ host: 'a' });
    t.ok(doneIn(resolution).includes('destroy-destination'));
    t.match(resolution, { owner: 'source', remedy: undefined, evidence: { source: { standing: 'running' } } });
    await scene.runsOn(t, scene.a);
  });
});

test('the data link is cut in stop-and-copy: it is said that the migration hangs, and it ends with the link mended', async (t) => {
  await using scene = await FaultScene.start(t, 'stuck', 20e6);
  const { lab, whereabouts } = scene;
  const migration = scene.migrate();
  await eventOf(migration, 'guest', { side: 'source', event: 'suspended' });
  await lab.link.cut();

  const stuck = await resolve({ ...whereabouts, deadlines: { waitMs: 1000 } });
  // On a quick machine all was sent before the cut took effect.
  if (stuck.verdict !== 'completed') t.match(stuck, { verdict: 'under-way', owner: 'unknown', remedy: /adopt\(\)/ });
  t.same(doneIn(stuck), []);
  await lab.link.restore();

  const result = await adopt(whereabouts).outcome;
  await migration.outcome;
  const { owner, remedy } = await resolve(whereabouts);
  t.equal(remedy, undefined);
  t.equal(owner, result.owner);
  await scene.runsOn(t, owner === 'source' ? scene.a : scene.b);
});

test('a migration that was adopted can be aborted', async (t) => {
  await using scene = await FaultScene.start(t, 'recalled', 50e6);
  const migration = scene.migrate();
  await eventOf(migration, 'pass');
  const adopted = adopt(scene.whereabouts);
  adopted.abort('the host is needed');
  t.match(await adopted.outcome, {
    ...{ outcome: 'cancelled', owner: 'source', abort: { outcome: 'cancelled', reason: 'the host is needed' } },
    error: { code: 'ERR_PRECOPY_ABORTED' },
  });
  t.match(await migration.outcome, { outcome: 'failed', owner: 'source' });
  await scene.runsOn(t, scene.a);
});

test('one that is in post-copy cannot: the abort is refused, and the migration is followed to its end', async (t) => {
  await using scene = await FaultScene.start(t, 'committed', 20e6);
  const migration = scene.migrate({ policy: virsh({ postCopyAfterPreCopy: true }) });
  await eventOf(migration, 'guest', { side: 'source', event: 'suspended' });
  const adopted = adopt({ ...scene.whereabouts, deadlines: { abortMs: 100 } });
  adopted.abort('too late?');
  const result = await adopted.outcome;
  t.comment(JSON.stringify({ abort: result.abort, error: result.error }));
  // Post-copy may be over before the abort is asked for.
  t.match(result, { outcome: 'completed', owner: 'destination', abort: { outcome: /refused|completedAnyway/ } });
  t.match(await migration.outcome, { outcome: 'completed' });
  await scene.runsOn(t, scene.b);
});

test('the source loses its power in pre-copy and comes back: the guest is lost, and that is said', async (t) => {
  await using scene = await FaultScene.start(t, 'victim');
  const migration = scene.migrate();
  await eventOf(migration, 'pass');
  await scene.a.powerOff();
  t.match(await resolve(scene.impatient), UNPROVEN);
  migration.abort('the test goes on');
  await migration.outcome;

  await scene.a.powerOn();
  const resolution = await resolve(scene.whereabouts);
  t.comment(JSON.stringify({ ...resolution, evidence: undefined }));
  t.match(resolution, { verdict: 'lost', owner: 'neither', remedy: /start/ });
  t.same(doneIn(resolution), []);
  t.same(await virshSees(scene.guest.name, scene.lab.hosts), []);
});
