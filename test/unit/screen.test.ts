import { stripVTControlCharacters } from 'node:util';
import { test } from 'tap';
import type { ShownEvent } from '../../lib/cli/display.js';
import { render } from '../../lib/cli/screen/render.js';
import { after, initialState, type ScreenState } from '../../lib/cli/screen/state.js';
import { styleOf } from '../../lib/cli/screen/style.js';
import type { AssessedSample } from '../../lib/migration/index.js';

const plain = styleOf({ unicode: true, colours: false });

const sample = (atMs: number, more: Partial<AssessedSample>): ShownEvent => ({
  ...{ type: 'sample', atMs, memoryTotalBytes: 1e9, memoryRemainingBytes: 5e8, memoryProcessedBytes: 5e8 },
  ...{ sentBytesPerSecond: 1e8, dirtiedBytesPerSecond: 0, expectedPauseMs: undefined, throttle: 0 },
  ...{ syncs: 1, diskTotalBytes: 0, diskRemainingBytes: 0 },
  ...{ progress: 0.5, etaMs: undefined, pace: 'moving' },
  ...more,
});

const START: ShownEvent[] = [
  { type: 'phase', atMs: 0, phase: 'connect' },
  { type: 'phase', atMs: 200, phase: 'prepare' },
  { type: 'phase', atMs: 500, phase: 'pre-copy' },
  { type: 'pass', atMs: 500, pass: 1 },
  sample(600, { memoryRemainingBytes: 1e9 }),
  sample(5500, { memoryRemainingBytes: 5e8, etaMs: 5000 }),
];

const SECOND_PASS: ShownEvent[] = [
  { type: 'pass', atMs: 10_500, pass: 2 },
  sample(10_500, { memoryRemainingBytes: 2.5e8, dirtiedBytesPerSecond: 5e7, expectedPauseMs: 250 }),
  sample(11_500, { memoryRemainingBytes: 1.25e8, dirtiedBytesPerSecond: 5e7, expectedPauseMs: 250, etaMs: 2500 }),
];

const SWITCHOVER: ShownEvent[] = [
  { type: 'guest', atMs: 13_000, side: 'source', event: 'suspended', detail: 'migrated' },
  { type: 'phase', atMs: 13_000, phase: 'stop-and-copy' },
];

function stateOf(events: readonly ShownEvent[], budget: ScreenState['budget'] = {}): ScreenState {
  return events.reduce(after, initialState({ domain: 'db1', source: 'a', destination: 'b', budget }));
}

const drawn = (state: ScreenState, atMs: number, columns: number) => render(state, atMs, { columns, style: plain });

test('the first pass, on a terminal of 80 columns', (t) => {
  t.same(drawn(stateOf(START), 5500, 80), [
    'db1  a → b                                                               5.50 s',
    '✓ connect  ✓ prepare  ▸ pre-copy  · stop-and-copy  · handover  · settle',
    'pass 1   ██████████████████████▌░░░░░░░░░░░░░░░░░░░░░░     1.0 GB    5.00 s',
    'sent     █████████████████████████████████████████████   100 MB/s',
    'left     500 MB, over in about 5 s',
  ]);
  t.end();
});

test('the second pass, with budgets, a throttle and a hold', (t) => {
  const held: ShownEvent[] = [
    sample(11_600, {
      ...{ memoryRemainingBytes: 1.25e8, dirtiedBytesPerSecond: 5e7, expectedPauseMs: 25, throttle: 0.2 },
      etaMs: 2500,
    }),
    { type: 'hold', atMs: 11_600, what: 'begin' },
  ];
  const state = stateOf([...START, ...SECOND_PASS, ...held], { pauseMs: 50, totalMs: 120_000, slowdown: 0.3 });
  t.same(drawn(state, 12_600, 80), [
    'db1  a → b                                                               12.6 s',
    '✓ connect  ✓ prepare  ▸ pre-copy  · stop-and-copy  · handover  · settle',
    'pass 1   █████████████████████████████████████████████     1.0 GB    10.0 s',
    'pass 2   █████▋░░░░░                                       250 MB    2.10 s',
    'sent     █████████████████████████████████████████████   100 MB/s',
    'dirtied  ██████████████████████▌                        50.0 MB/s',
    'pause    ███████████▎           ┃                           25 ms  budget 50 ms',
    'left     125 MB, over in about 3 s, 1 min 47 s of the budget left',
    'throttle 20 %, 30 % allowed',
    'held     1.00 s: the guest runs on',
  ]);
  t.end();
});

test('a terminal of 40 columns', (t) => {
  t.same(drawn(stateOf([...START, ...SECOND_PASS], { pauseMs: 50 }), 11_500, 40), [
    'db1  a → b                       11.5 s',
    'pre-copy (phase 3 of 6)',
    'pass 1   ███████████████████     1.0 GB',
    'pass 2   ██▍░░                   250 MB',
    'sent     ███████████████████   100 MB/s',
    'dirtied  █████████▌           50.0 MB/s',
    'pause    250 ms, budget 50 ms',
    'left     125 MB, over in about 3 s',
  ]);
  t.end();
});

test('the pause runs, and then is what it was', (t) => {
  const stopped = stateOf([...START, ...SECOND_PASS, ...SWITCHOVER], { pauseMs: 50 });
  t.match(drawn(stopped, 13_030, 80).at(-1), /^pause {4}30 ms, budget 50 ms$/);
  const resumed = after(stopped, {
    type: 'guest',
    atMs: 13_042,
    side: 'destination',
    event: 'resumed',
    detail: 'migrated',
  });
  t.match(drawn(resumed, 14_000, 80).at(-1), /^pause {4}42 ms, budget 50 ms$/);
  t.equal(resumed.place, 'destination');
  t.end();
});

test('a migration that is cancelled shows how far it came', (t) => {
  const seen = stateOf([...START, { type: 'phase', atMs: 6000, phase: 'settle' }]);
  const over = after(seen, {
    type: 'over',
    atMs: 6100,
    wasUnderWay: true,
    verdict: 'rolled-back',
    says: '',
    owner: 'source',
    pauseMs: undefined,
  });
  t.same(drawn(over, 9000, 80), [
    'db1  a → b                                                               6.10 s',
    '✓ connect  ✓ prepare  ✗ pre-copy  · stop-and-copy  · handover  ✓ settle',
    'pass 1   ██████████████████████▌░░░░░░░░░░░░░░░░░░░░░░     1.0 GB    5.60 s',
  ]);
  t.match(drawn(over, 9000, 40), [/6\.10 s/, /^failed$/, /^pass 1/]);
  t.end();
});

test('what does not converge, or does not move at all, is said so', (t) => {
  const last = (pace: AssessedSample['pace']) =>
    drawn(stateOf([...START, ...SECOND_PASS, sample(11_600, { pace })]), 12_000, 80).at(-1);
  t.equal(last('not-converging'), 'left     500 MB, it does not converge so far');
  t.equal(last('stalled'), 'left     500 MB, nothing moves');
  t.equal(last('moving'), 'left     500 MB', 'an end that cannot be told yet is no news');
  t.end();
});

test('no line is wider than the terminal, however narrow, in any phase', (t) => {
  const events = [...START, ...SECOND_PASS, ...SWITCHOVER];
  for (const columns of [20, 40, 55, 57, 80, 132, 300]) {
    for (let count = 0; count <= events.length; count += 1) {
      const lines = drawn(stateOf(events.slice(0, count), { pauseMs: 50, totalMs: 1e7 }), 14_000, columns);
      t.ok(
        lines.every((line) => line.length < Math.max(columns, 21)),
        `${columns} columns after ${count} events`,
      );
    }
  }
  t.end();
});

test('colours, and a terminal without Unicode', (t) => {
  const state = stateOf([...START, ...SECOND_PASS], { pauseMs: 50 });
  const coloured = render(state, 11_500, { columns: 80, style: styleOf({ unicode: true, colours: true }) });
  t.ok(
    coloured.some((line) => line.includes('\u001b[31m')),
    'a pause above its budget is red',
  );
  t.same(
    coloured.map((line) => stripVTControlCharacters(line).trimEnd()),
    drawn(state, 11_500, 80),
    'colours change nothing else',
  );
  const ascii = render(state, 11_500, { columns: 80, style: styleOf({ unicode: false, colours: false }) });
  t.notMatch(ascii.join(''), /[^ -~]/);
  t.match(ascii[2], /^pass 1 {3}#+ +1\.0 GB/);
  t.end();
});
