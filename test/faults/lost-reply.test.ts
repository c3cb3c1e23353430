import { test } from 'tap';
import { type Guest, type Host, Lab } from '../../lib/lab/index.js';
import { DomainMigrateFlags } from '../../lib/libvirt/index.js';
import { resolve } from '../../lib/migration/index.js';
import { useOwnState } from '../lab/lab-state.js';
import { moveOptions, startWriter, stillBeats, virshSees } from '../lab/moving.js';
import { Checker } from './checker.js';
import { dieIn, journalDirectory } from './doomed.js';

// The invariant: what a lost reply left behind is named, never made worse; two that run are stopped, and one that runs is kept.

const STRICT = DomainMigrateFlags.LIVE | DomainMigrateFlags.PEER2PEER | DomainMigrateFlags.PAUSED;

async function moveByLibvirt(guest: Guest, from: Host, to: Host, flags: number): Promise<void> {
  await using connection = await from.connect();
  const domain = await connection.domainLookupByName(guest.name);
  await domain.migrateToURI3(to.peerUri, { migrateUri: to.migrateUri }, flags);
}

test('a lost reply to Finish: split brain', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'twin', 5e6);
  const target = { source: a.endpoint, destination: b.endpoint, domain: guest.name };

  await b.replies.drop('finish');
  // By libvirt alone: the engine's guard would stop both.
  await t.rejects(moveByLibvirt(guest, a, b, DomainMigrateFlags.LIVE | DomainMigrateFlags.PEER2PEER));
  await b.replies.restore();
  t.same(await virshSees(guest.name, lab.hosts), ['a', 'b'], 'libvirt runs it twice');

  await t.test('a dry run names it and changes nothing', async (t) => {
    const dry = await resolve({ ...target, dryRun: true });
    t.match(dry, { verdict: 'split-brain', owner: 'both', remedy: /person|dryRun/ });
    t.same(dry.actions, [
      { action: 'suspend-source', outcome: 'planned' },
      { action: 'suspend-destination', outcome: 'planned' },
    ]);
    t.same(await virshSees(guest.name, lab.hosts), ['a', 'b']);
  });

  await t.test('both are paused, and a person is demanded', async (t) => {
    const resolution = await resolve(target);
    t.match(resolution, { verdict: 'split-brain', owner: 'both', remedy: /person/ });
    t.match(resolution.actions, [
      { action: 'suspend-source', outcome: 'done' },
      { action: 'suspend-destination', outcome: 'done' },
    ]);
    t.match(resolution.evidence, { source: { standing: 'paused' }, destination: { standing: 'paused' } });
    t.same(await virshSees(guest.name, lab.hosts), []);
  });

  await t.test('again: nothing more is done', async (t) => {
    t.match(await resolve(target), { verdict: 'indeterminate', actions: [], remedy: /person/ });
    t.same(await virshSees(guest.name, lab.hosts), []);
  });
});

test('the same where the guest arrives stopped: the source keeps it, and the copy is destroyed', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'strict', 5e6);
  await using checker = new Checker(lab, guest, b);
  await b.replies.drop('finish');
  await t.rejects(moveByLibvirt(guest, a, b, STRICT));
  await b.replies.restore();

  const target = { source: a.endpoint, destination: b.endpoint, domain: guest.name };
  const dry = await resolve({ ...target, dryRun: true });
  t.match(dry, {
    ...{ verdict: 'rolled-back', owner: 'source', actions: [{ action: 'destroy-destination', outcome: 'planned' }] },
    evidence: { source: { standing: 'running' }, destination: { standing: 'paused' } },
  });
  t.equal((await guest.locate()).length, 2, 'a dry run changes nothing');

  t.match(await resolve(target), {
    ...{ verdict: 'rolled-back', owner: 'source', remedy: undefined },
    actions: [{ action: 'destroy-destination', outcome: 'done' }],
    evidence: { destination: { seen: 'absent' } },
  });
  t.same(await virshSees(guest.name, lab.hosts), ['a']);
  t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
});

test('it has arrived stopped, and nobody was left to resume it', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];

  await t.test('the source knows: it is resumed', async (t) => {
    const guest = await startWriter(lab, 'waiting', 5e6);
    await using checker = new Checker(lab, guest, b);
    await moveByLibvirt(guest, a, b, STRICT);
    t.same(await virshSees(guest.name, lab.hosts), []);
    t.match(await resolve({ source: a.endpoint, destination: b.endpoint, domain: guest.name }), {
      ...{ verdict: 'completed', owner: 'destination', remedy: undefined },
      actions: [{ action: 'resume-destination', outcome: 'done' }],
    });
    t.same(await virshSees(guest.name, lab.hosts), ['b']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
    await guest.destroy();
  });

  await t.test('the source does not: its part is destroyed first', async (t) => {
    const guest = await startWriter(lab, 'unconfirmed', 5e6);
    await using checker = new Checker(lab, guest, b);
    await dieIn('arrival', moveOptions(guest.name, a, b, 'direct'), journalDirectory(t));
    const resolution = await resolve({ source: a.endpoint, destination: b.endpoint, domain: guest.name });
    t.match(resolution, { verdict: 'completed', owner: 'destination', remedy: undefined });
    t.match(resolution.found, { source: { standing: 'stopped' } });
    t.match(
      resolution.actions.filter(({ action }) => action !== 'wait'),
      [
        { action: 'destroy-source', outcome: 'done' },
        { action: 'resume-destination', outcome: 'done' },
      ],
    );
    t.same(await virshSees(guest.name, lab.hosts), ['b']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
  });
});
