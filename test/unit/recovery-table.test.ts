import { test } from 'tap';
import { ownerOf } from '../../lib/migration/ownership.js';
import { DEEDS, mayDo } from '../../lib/migration/recovery/actions.js';
import { type Look, type Sight, STANDINGS, type Standing, standingOf } from '../../lib/migration/recovery/standing.js';
import { judge, RECOVERY_TABLE, rowsFor } from '../../lib/migration/recovery/table.js';

const present = (state: string, reason: string, job: 'none' | 'outgoing' | 'incoming' | 'other' = 'none'): Sight => ({
  seen: 'present',
  ...{ state, reason, job },
});

/** What a host shows for each standing. */
const SIGHTS: Record<Standing, Sight> = {
  running: present('running', 'booted'),
  migrating: present('running', 'booted', 'outgoing'),
  stopping: present('paused', 'migration', 'outgoing'),
  stopped: present('paused', 'migration'),
  paused: present('paused', 'user'),
  halted: present('paused', 'ioerror'),
  receiving: present('paused', 'migration', 'incoming'),
  starting: present('running', 'migrated', 'incoming'),
  'post-copy': present('running', 'postcopy', 'incoming'),
  'post-copy-failed': present('paused', 'postcopyFailed', 'outgoing'),
  busy: present('running', 'booted', 'other'),
  ended: { seen: 'shutoff', reason: 'shutdown' },
  absent: { seen: 'absent' },
  unreachable: { seen: 'unreachable', why: 'no answer' },
  unclear: present('crashed', 'panicked'),
};

const pairs = STANDINGS.flatMap((source) =>
  STANDINGS.flatMap((destination) =>
    [false, true].map((destinationRan) => ({ source, destination, destinationRan }) as const),
  ),
);

const lookOf = (source: Standing, destination: Standing, destinationRan: boolean): Look => ({
  source: SIGHTS[source],
  destination: SIGHTS[destination],
  destinationRan,
});

const EXECUTING: readonly Standing[] = ['running', 'migrating', 'starting'];

for (const [standing, sight] of Object.entries(SIGHTS)) {
  test(`${JSON.stringify(sight)} is ${standing}`, (t) => {
    t.equal(standingOf(sight), standing);
    t.end();
  });
}

test('states that libvirt has more names for', (t) => {
  t.equal(standingOf(present('paused', 'apiError')), 'stopped');
  t.equal(standingOf(present('blocked', 'unknown')), 'running');
  t.equal(standingOf(present('shutdown', 'unknown', 'other')), 'busy');
  t.equal(standingOf(present('unknown-9', 'unknown-9')), 'unclear');
  t.equal(standingOf(present('paused', 'unknown')), 'unclear');
  t.equal(standingOf({ seen: 'shutoff', reason: 'failed' }), 'absent', 'a failed arrival never ran');
  t.equal(standingOf({ seen: 'shutoff', reason: 'unknown' }), 'absent');
  t.end();
});

test('every combination of what can be seen has exactly one row', (t) => {
  const wrong = pairs.filter((p) => rowsFor(p.source, p.destination, p.destinationRan).length !== 1);
  t.same(wrong, []);
  t.equal(pairs.length, STANDINGS.length ** 2 * 2);
  t.end();
});

test('every row is used, says what happened, and leaves nobody without a next step', (t) => {
  const used = new Set(pairs.map((p) => judge(lookOf(p.source, p.destination, p.destinationRan))));
  t.equal(used.size, RECOVERY_TABLE.length);
  const settled = new Set(['rolled-back', 'completed']);
  for (const row of RECOVERY_TABLE) {
    t.match(row.says, /^[A-Z].{20,}\.$/);
    if (row.remedy !== undefined) t.match(row.remedy, /^[A-Z].{20,}\.$/);
    const isOpen = row.actions.length === 0 && !settled.has(row.verdict);
    if (isOpen) t.ok(row.remedy, `${row.verdict} without an action has a remedy`);
  }
  t.end();
});

test('a host that does not answer: nothing is done, whatever the other one shows', (t) => {
  for (const standing of STANDINGS) {
    for (const row of [judge(lookOf(standing, 'unreachable', false)), judge(lookOf('unreachable', standing, false))]) {
      t.match(row, { verdict: 'indeterminate', owner: 'unknown', actions: [], remedy: /Fence/ });
    }
  }
  t.end();
});

test('two that run are both named, by the table as by the ownership that a migration reports', (t) => {
  for (const { source, destination, destinationRan } of pairs) {
    const { owner } = judge(lookOf(source, destination, destinationRan));
    const isBoth = EXECUTING.includes(source) && EXECUTING.includes(destination);
    t.equal(owner === 'both', isBoth, `${source}, ${destination}`);
  }
  const both = ownerOf({
    source: { seen: 'present', state: 'running', reason: 'booted' },
    destination: { seen: 'present', state: 'running', reason: 'migrated' },
  });
  t.equal(both, 'both');
  t.end();
});

/** Carries a row's actions out on standings, as the hosts would. */
function play(start: { source: Standing; destination: Standing; destinationRan: boolean }): {
  trail: { source: Standing; destination: Standing }[];
  withheld: string[];
} {
  const now = { source: start.source, destination: start.destination };
  const trail = [{ ...now }];
  const withheld: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const { actions } = judge(lookOf(now.source, now.destination, start.destinationRan));
    for (const action of actions) {
      if (action === 'wait') continue;
      const deed = DEEDS[action];
      if (!mayDo(deed, now.source, now.destination, start.destinationRan)) {
        withheld.push(`${action} at ${now.source}, ${now.destination}`);
        continue;
      }
      now[deed.side] = deed.leaves;
      trail.push({ ...now });
    }
  }
  return { trail, withheld };
}

test('whatever is found, no action lets a second one run', (t) => {
  for (const start of pairs) {
    const isTwo = ({ source, destination }: { source: Standing; destination: Standing }) =>
      EXECUTING.includes(source) && EXECUTING.includes(destination);
    const { trail } = play(start);
    const startedTwo = trail.slice(1).filter((place, index) => isTwo(place) && !isTwo(trail[index] ?? place));
    t.same(startedTwo, [], JSON.stringify(start));
  }
  t.end();
});

test('whatever is found, no action destroys the last one', (t) => {
  for (const start of pairs) {
    const last = play(start).trail.at(-1);
    const wasThere = [start.source, start.destination].some(
      (standing) => standing !== 'absent' && standing !== 'ended',
    );
    const isThere = [last?.source, last?.destination].some((standing) => standing !== 'absent' && standing !== 'ended');
    t.equal(isThere, wasThere, JSON.stringify(start));
  }
  t.end();
});

test('the plan of a row is never withheld by its own actions, and doing it twice does nothing more', (t) => {
  for (const start of pairs) {
    const { trail, withheld } = play(start);
    t.same(withheld, [], JSON.stringify(start));
    const end = trail.at(-1) ?? start;
    t.equal(play({ ...end, destinationRan: start.destinationRan }).trail.length, 1, 'settled');
  }
  t.end();
});

test('a source that ran on is never destroyed, and what ran on the destination never rolled back', (t) => {
  for (const { source, destination } of pairs) {
    t.notOk(EXECUTING.includes(source) && mayDo(DEEDS['destroy-source'], source, destination, false));
    t.notOk(mayDo(DEEDS['resume-source'], source, destination, true));
    t.notOk(mayDo(DEEDS['destroy-destination'], source, destination, true));
    t.notOk(EXECUTING.includes(destination) && mayDo(DEEDS['destroy-destination'], source, destination, false));
  }
  t.end();
});
