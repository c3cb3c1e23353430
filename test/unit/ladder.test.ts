import { test } from 'tap';
import { type Ladder, ladder, parseLadder } from '../../lib/policy/index.js';
import { viewOf } from './policy-traces.js';

const document: Ladder = {
  name: 'patient',
  settings: { downtimeLimitMs: 50 },
  rungs: [
    {
      when: { pass: { atLeast: 2 }, expectedPauseMs: { atMost: 400 } },
      do: [{ action: 'downtime-limit', limitMs: 400 }],
    },
    { when: { passesWithoutProgress: { atLeast: 2 } }, do: [{ action: 'post-copy', reason: 'it goes nowhere' }] },
    { when: { at: 'any-time', elapsedMs: { atLeast: 60_000 } }, do: [{ action: 'abort' }] },
  ],
};

/** Place, what is put there, and what the message must say is allowed. */
const wrong: [string, (ladder: Record<string, unknown>) => void, RegExp][] = [
  ['ladder.name', (it) => Object.assign(it, { name: '' }), /non-empty string/],
  ['ladder.rungs', (it) => Object.assign(it, { rungs: [] }), /at least one item/],
  [
    'ladder.rungs[0].when',
    (it) => Object.assign(it, { rungs: [{ when: {}, do: [{ action: 'abort' }] }] }),
    /at least one of at, pass, elapsedMs/,
  ],
  [
    'ladder.rungs[0].when.pass.atLeast',
    (it) => Object.assign(it, { rungs: [{ when: { pass: { atLeast: 1.5 } }, do: [{ action: 'abort' }] }] }),
    /whole number of at least 0/,
  ],
  [
    'ladder.rungs[0].when.speed',
    (it) => Object.assign(it, { rungs: [{ when: { speed: {} }, do: [{ action: 'abort' }] }] }),
    /absent: there are at, pass/,
  ],
  [
    'ladder.rungs[0].do[0].limitMs',
    (it) =>
      Object.assign(it, { rungs: [{ when: { at: 'any-time' }, do: [{ action: 'downtime-limit', limitMs: 0 }] }] }),
    /whole number from 1 to 2000000/,
  ],
  [
    'ladder.rungs[0].do[0].limitMs',
    (it) => Object.assign(it, { rungs: [{ when: { at: 'any-time' }, do: [{ action: 'downtime-limit' }] }] }),
    /required/,
  ],
  [
    'ladder.rungs[0].do[0].action',
    (it) => Object.assign(it, { rungs: [{ when: { at: 'any-time' }, do: [{ action: 'suspend' }] }] }),
    /downtime-limit or bandwidth or throttle/,
  ],
  ['ladder.rungs[0].do', (it) => Object.assign(it, { rungs: [{ when: { at: 'any-time' } }] }), /required/],
  [
    'ladder.settings.autoConverge.increment',
    (it) => Object.assign(it, { settings: { autoConverge: { initial: 0.2 } } }),
    /required/,
  ],
];

for (const [place, spoil, allowed] of wrong) {
  test(`a ladder that is wrong is refused with the place: ${place}`, (t) => {
    const spoilt = structuredClone<Record<string, unknown>>({ ...document });
    spoil(spoilt);
    t.throws(() => parseLadder(spoilt), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', option: place, message: allowed });
    t.end();
  });
}

test('a ladder may come as text, and bad JSON is said to be that', (t) => {
  t.equal(ladder(JSON.stringify(document)).name, 'patient');
  t.throws(() => ladder('{ "name": '), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', message: /JSON/ });
  t.throws(() => parseLadder(7), { option: 'ladder', message: /an object/ });
  t.end();
});

test('the rungs are climbed in order, each once, when their conditions hold', (t) => {
  const policy = ladder(document);
  const situation = { memoryTotalBytes: 1, diskTotalBytes: 0, budget: {}, escalate: [] };
  t.match(
    policy.settings(situation),
    { downtimeLimitMs: 50, postCopy: true },
    'post-copy is made possible where a rung has it',
  );
  const boundaries = [
    { pass: 2, dirtyBytes: 900, expectedPauseMs: 900 }, // above 400 ms: waits
    { pass: 3, dirtyBytes: 400, expectedPauseMs: 400 }, // rung 1
    { pass: 4, dirtyBytes: 500, expectedPauseMs: 500 }, // one pass without progress
    { pass: 5, dirtyBytes: 400, expectedPauseMs: 400 }, // two: rung 2
    { pass: 6, dirtyBytes: 100, expectedPauseMs: 100 }, // rung 3 waits for the minute
  ];
  let { initialState: state } = policy;
  const done = boundaries.map((known) => {
    const decision = policy.decide(viewOf({ ...known, atPassBoundary: true }), state);
    ({ state } = decision);
    return decision.actions.map(({ kind, reason }) => [kind, reason]);
  });
  t.same(done, [
    [],
    [['downtime-limit', 'rung 1: pass 3, expectedPauseMs 400']],
    [],
    [['post-copy', 'it goes nowhere']],
    [],
  ]);
  t.same(policy.decide(viewOf({ elapsedMs: 59_999 }), state).actions, []);
  t.match(
    policy.decide(viewOf({ elapsedMs: 60_000 }), state).actions,
    [{ kind: 'abort' }],
    'a rung for any time needs no boundary',
  );
  t.same(
    policy.decide(viewOf({ elapsedMs: 60_000, postCopyActive: true }), state).actions,
    [],
    'but nothing is done in post-copy',
  );
  t.end();
});

test('what is not known does not hold', (t) => {
  const policy = ladder({
    name: 'blind',
    rungs: [{ when: { at: 'any-time', dirtiedPerSent: { atMost: 1000 } }, do: [{ action: 'pause' }] }],
  });
  t.same(policy.decide(viewOf(), policy.initialState).actions, []);
  t.match(policy.decide(viewOf({ dirtiedBytesPerSecond: 5, linkBytesPerSecond: 1 }), policy.initialState).actions, [
    { kind: 'pause' },
  ]);
  t.end();
});

test('a bandwidth without a number takes the cap away', (t) => {
  const policy = ladder({
    name: 'free',
    rungs: [
      { when: { at: 'any-time' }, do: [{ action: 'bandwidth' }, { action: 'bandwidth', bytesPerSecond: 2 ** 20 }] },
    ],
  });
  const { actions } = policy.decide(viewOf(), policy.initialState);
  t.match(actions, [
    { kind: 'bandwidth', bytesPerSecond: undefined },
    { kind: 'bandwidth', bytesPerSecond: 2 ** 20 },
  ]);
  t.end();
});
