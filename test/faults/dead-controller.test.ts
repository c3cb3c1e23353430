import { join } from 'node:path';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { adopt, type Owner, PHASES, readJournal, resolve } from '../../lib/migration/index.js';
import { useOwnState } from '../lab/lab-state.js';
import { moveOptions, startWriter, stillBeats, virshSees } from '../lab/moving.js';
import { Checker } from './checker.js';
import { dieIn, journalDirectory, placesOf } from './doomed.js';

// The invariant: whenever the controlling process dies, adopt() or resolve() ends with exactly one owner and says which one; never does
// the guest run on two hosts, and never on none without its being said.

test('the controlling process is killed in each phase', async (t) => {
  useOwnState(t);
  const journals = journalDirectory(t);
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const guest = await startWriter(lab, 'hostage');
  for (const control of ['peer-to-peer', 'direct'] as const) {
    for (const phase of PHASES) {
      await t.test(`${control}, ${phase}`, async (t) => {
        const { from, to } = await placesOf(lab, guest);
        const journal = join(journals, `${control}-${phase}`);
        await using checker = new Checker(lab, guest, to);
        await dieIn(phase, moveOptions(guest.name, from, to, control), journal);
        t.same(readJournal(journal).source, from.endpoint, 'the journal is there');

        const adopted = await adopt({ journal }).outcome;
        t.comment(`adopt: ${adopted.outcome}, ${adopted.owner}, ${adopted.error?.message}`);
        t.match(
          adopted.error?.remedy ?? 'resolve()',
          /resolve\(\)|migrate again/,
          'one that cannot be followed names the next step',
        );
        const settled = await resolve({ journal });
        t.comment(`resolve: ${settled.verdict}, ${settled.owner}, ${JSON.stringify(settled.actions)}`);

        t.equal(settled.remedy, undefined, 'nothing is left for a person');
        const place: Partial<Record<Owner, string[]>> = { source: [from.name], destination: [to.name] };
        t.same(await virshSees(guest.name, lab.hosts), place[settled.owner], 'virsh sees it where it is said to be');
        t.match(await resolve({ journal }), { owner: settled.owner, actions: [] }, 'once more does nothing more');
        t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
        t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
      });
    }
  }

  await t.test('while it holds the switchover', async (t) => {
    const { from, to } = await placesOf(lab, guest);
    const journal = join(journals, 'hold');
    const limit = async () => (await from.exec(['virsh', '--quiet', 'migrate-getmaxdowntime', guest.name])).stdout;
    await using checker = new Checker(lab, guest, to);

    await dieIn('hold', moveOptions(guest.name, from, to), journal);
    t.match(await limit(), /^1\b/, 'the limit of the hold is in force');
    const left = adopt({ journal });
    left.once('warning', () => left.abort('its controller is dead'));
    t.match(await left.outcome, { outcome: 'cancelled', owner: 'source', warnings: [{ code: 'bandwidth-capped' }] });
    t.match(await limit(), /^300\b/, 'and is not left to the guest');

    await dieIn('hold', moveOptions(guest.name, from, to), journal);
    const released = await adopt({ journal, release: true }).outcome;
    t.match(released, {
      ...{ outcome: 'completed', owner: 'destination', warnings: [] },
      decisions: [
        { by: 'hold', action: { kind: 'downtime-limit', limitMs: 300 }, refusal: undefined },
        { by: 'hold', action: { kind: 'bandwidth', bytesPerSecond: undefined }, refusal: undefined },
      ],
    });
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
  });
});
