import { join } from 'node:path';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { adopt, resolve } from '../../lib/migration/index.js';
import { useOwnState } from '../lab/lab-state.js';
import { moveOptions, startWriter, stillBeats, virshSees } from '../lab/moving.js';
import { Checker } from './checker.js';
import { dieIn, journalDirectory } from './doomed.js';

// The invariant: a guest that has arrived is never taken for whole on the source as well; what is left there is named, with what to do.

const ATTEMPTS = 8;

test('direct control, and the process dies before it told the source that the guest runs on the destination', async (t) => {
  useOwnState(t);
  const journals = journalDirectory(t);
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  // It has to die in the moment between the guest's start and libvirt's Confirm, which a busy machine may let it miss.
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const guest = await startWriter(lab, `arrived${attempt}`, 5e6);
    const journal = join(journals, guest.name);
    await using checker = new Checker(lab, guest, b);
    await dieIn('handover', moveOptions(guest.name, a, b, 'direct'), journal);
    const adopted = await adopt({ journal }).outcome;
    t.match(adopted, { outcome: 'completed', owner: 'destination', error: undefined });
    const isLeft = adopted.evidence.source.seen === 'present';
    t.match(
      adopted.warnings,
      isLeft ? [{ code: 'source-left-over', message: /Never resume it there; call resolve\(\)/ }] : [],
      'the warning is there if and only if something is left',
    );

    const { owner, actions, remedy } = await resolve({ journal });
    t.match({ owner, remedy }, { owner: 'destination', remedy: undefined });
    const done = actions.flatMap(({ action, outcome }) => (outcome === 'done' && action !== 'wait' ? [action] : []));
    t.same(done, isLeft ? ['destroy-source'] : [], 'as it was told');
    t.same(await virshSees(guest.name, lab.hosts), ['b']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    t.match(await checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
    await guest.destroy();
    if (isLeft) return;
  }
  t.fail(`the process never died before libvirt's Confirm in ${ATTEMPTS} attempts`);
});
