import fc from 'fast-check';
import { test } from 'tap';
import { type Evidence, isConclusive, ownerOf, REMEDIES, type SideView } from '../../lib/migration/ownership.js';

const running: SideView = { seen: 'present', state: 'running', reason: 'booted' };
const paused: SideView = { seen: 'present', state: 'paused', reason: 'migration' };
const absent: SideView = { seen: 'absent' };
const unreachable: SideView = { seen: 'unreachable', why: 'no answer' };

const table: [string, SideView, SideView, string, boolean][] = [
  ['not moved', running, absent, 'source', true],
  ['moved', absent, running, 'destination', true],
  ['moved, source not cleaned up yet', paused, running, 'destination', false],
  ['under way, or an orphan on the destination', running, paused, 'source', false],
  ['a lost Finish reply: split brain', running, running, 'both', false],
  ['stopped on both sides', paused, paused, 'unknown', false],
  ['came over stopped', absent, paused, 'destination', true],
  ['rolled back while stopped', paused, absent, 'source', true],
  ['lost', absent, absent, 'neither', false],
];

for (const [what, source, destination, owner, conclusive] of table) {
  test(`${what}: owner ${owner}`, (t) => {
    t.equal(ownerOf({ source, destination }), owner);
    t.equal(isConclusive({ source, destination }), conclusive);
    t.end();
  });
}

const view = fc.constantFrom(running, paused, absent, unreachable);

test('a side that cannot be asked makes every claim unprovable', (t) => {
  fc.assert(
    fc.property(view, fc.boolean(), (other, first) => {
      const evidence: Evidence = first
        ? { source: unreachable, destination: other }
        : { source: other, destination: unreachable };
      return ownerOf(evidence) === 'unknown' && !isConclusive(evidence);
    }),
  );
  t.pass('held for every view of the other side');
  t.end();
});

test('swapping the hosts swaps the owner', (t) => {
  const swapped = {
    source: 'destination',
    destination: 'source',
    both: 'both',
    neither: 'neither',
    unknown: 'unknown',
  };
  fc.assert(
    fc.property(
      view,
      view,
      (one, two) => ownerOf({ source: two, destination: one }) === swapped[ownerOf({ source: one, destination: two })],
    ),
  );
  t.pass('held for every pair of views');
  t.end();
});

test('every owner has a next step', (t) => {
  for (const remedy of Object.values(REMEDIES)) t.match(remedy, /^[A-Z].{20,}\.$/);
  t.end();
});
