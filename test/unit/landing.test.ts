import { test } from 'tap';
import { type Landing, land, type Pass, type View } from '../../lib/policy/index.js';
import { viewOf } from './policy-traces.js';

/** The end of the second pass of a guest that dirties 1 MB/s, on a link of 100 MB/s. */
const pass: Pass = { number: 1, startedAtMs: 0, durationMs: 4000, dirtyBytes: 4e8, dirtiedBytes: 4e6 };
const view: View = viewOf({
  elapsedMs: 5000,
  pass: 2,
  memoryRemainingBytes: 3e6,
  linkBytesPerSecond: 100e6,
  fixedPauseMs: 30,
  downtimeLimitMs: 1,
  passes: [pass],
});

function begun(from: View = view): Landing {
  const { landing } = land(from, undefined);
  if (landing === undefined || landing === 'over') throw new Error('It did not begin.');
  return landing;
}

/** After the brake: 2 MB were left when the stream held still, and are on their way. */
function gliding(): Landing {
  const { landing } = land({ ...view, elapsedMs: 5015, memoryRemainingBytes: 2e6 }, begun());
  if (landing === undefined || landing === 'over') throw new Error('It did not glide.');
  return landing;
}

test('near the end of a quiet guest the stream is braked, to see what is left', (t) => {
  const { landing, actions } = land(view, undefined);
  t.match(actions, [{ kind: 'bandwidth', bytesPerSecond: 1024 * 1024 }]);
  t.match(landing, { stage: 'braking' });
  t.end();
});

test('once it is slow, four fifths of what is left go over in one window of 100 ms', (t) => {
  const left = { ...view, memoryRemainingBytes: 2e6 };
  t.same(land({ ...left, elapsedMs: 5014 }, begun()).actions, [], 'what is left is not known yet');
  // 1.6 MB in 0.1 s.
  t.match(land({ ...left, elapsedMs: 5015 }, begun()).actions, [{ kind: 'bandwidth', bytesPerSecond: 16e6 }]);
  t.end();
});

test('the first pass ends with zeros, which go with a burst: its first ones are small, and then the last one tells how many to reckon with', (t) => {
  const first = { ...view, pass: 1, passes: [], memoryRemainingBytes: 4e6, memoryProcessedBytes: 300e6 };
  const one = land({ ...first, elapsedMs: 5015 }, begun(first));
  t.match(one.actions, [{ bytesPerSecond: 16e6 }], '0.8 × (4 − 2) MB in 0.1 s');
  const second = { ...first, elapsedMs: 5115, memoryRemainingBytes: 2.9e6, memoryProcessedBytes: 300.5e6 };
  const two = land(second, one.landing);
  t.match(two.actions, [{ bytesPerSecond: 7.5e6 }], 'no more than goes over in 7.5 ms');
  const third = { ...first, elapsedMs: 5215, memoryRemainingBytes: 2.4e6, memoryProcessedBytes: 300.75e6 };
  t.match(
    land(third, two.landing).actions,
    [{ bytesPerSecond: 9.6e6 }],
    '0.8 × 2.4 MB, when half of what went over was zeros',
  );
  t.end();
});

test('the first pass says nothing about what it leaves behind: every guest is taken for a quiet one', (t) => {
  t.match(land({ ...view, pass: 1, passes: [] }, undefined).actions, [{ kind: 'bandwidth' }]);
  t.end();
});

test('but one that was busy when it was moved last', (t) => {
  t.same(land({ ...view, pass: 1, passes: [] }, undefined, true), { landing: undefined, actions: [] });
  t.match(land(view, undefined, true).actions, [{ kind: 'bandwidth' }], 'until its first pass says otherwise');
  t.end();
});

const reasons: [string, Partial<View>][] = [
  ['while there is much to send', { memoryRemainingBytes: 5e6 }],
  ['for a guest that dirties more in a window than goes over in 6 ms', { passes: [{ ...pass, dirtiedBytes: 25e6 }] }],
  [
    'for a busy guest of which a short pass happened to see nothing',
    {
      passes: [
        { ...pass, startedAtMs: 4000, durationMs: 995, dirtiedBytes: 20e6 },
        { ...pass, startedAtMs: 4995, durationMs: 5, dirtiedBytes: 0 },
      ],
    },
  ],
  ['when the total would be over before it could be taken back', { budget: { totalMs: 6400 } }],
  ['before the speed of the link is known', { linkBytesPerSecond: undefined }],
];

for (const [when, difference] of reasons) {
  test(`it does not begin ${when}`, (t) => {
    t.same(land({ ...view, ...difference }, undefined), { landing: undefined, actions: [] });
    t.end();
  });
}

test('what is left for the next window is slowed anew, and not before', (t) => {
  t.same(land({ ...view, elapsedMs: 5114 }, gliding()).actions, []);
  const sent = { memoryRemainingBytes: 1e6, memoryProcessedBytes: view.memoryProcessedBytes + 1e6 };
  const due = { ...view, ...sent, elapsedMs: 5115 };
  t.match(land(due, gliding()).actions, [{ kind: 'bandwidth', bytesPerSecond: 8e6 }]);
  const asBefore = land({ ...due, bandwidthBytesPerSecond: 8e6 }, gliding());
  t.same(asBefore.actions, [], 'what is in force already goes on');
  t.match(asBefore.landing, { slowedAtMs: 5115 });
  t.end();
});

/** Next to nothing is left, in the slowed stream. */
const last: View = { ...view, elapsedMs: 5040, memoryRemainingBytes: 0.2e6, bandwidthBytesPerSecond: 25e6 };

function opened(): Landing {
  const { landing } = land(last, gliding());
  if (landing === undefined || landing === 'over') throw new Error('It was not opened.');
  return landing;
}

test('with next to nothing left the stream is braked and the stop allowed: 12 ms of the link, in the speed of the slowed stream', (t) => {
  const { landing, actions } = land(last, gliding());
  t.match(actions, [
    { kind: 'bandwidth', bytesPerSecond: 1024 * 1024 },
    { kind: 'downtime-limit', limitMs: 48 },
  ]);
  t.match(landing, { stage: 'open' });
  t.same(land({ ...last, elapsedMs: 5169 }, landing).actions, [], 'and that is said once');
  t.end();
});

test('where the brake itself leaves next to nothing, what is on its way arrives first, and QEMU reckons with the speed before the brake', (t) => {
  t.same(land({ ...last, elapsedMs: 5039 }, begun()).actions, []);
  t.match(land(last, begun()).actions, [{ kind: 'downtime-limit', limitMs: 12 }]);
  t.end();
});

test('a stop that does not come at the next window is allowed by the speed of the braked stream', (t) => {
  const { landing, actions } = land({ ...last, elapsedMs: 5170 }, opened());
  // 1.2 MB at 1 MiB/s.
  t.match(actions, [{ kind: 'downtime-limit', limitMs: 1144 }]);
  t.match(landing, { stage: 'wide' });
  t.same(land({ ...last, elapsedMs: 5400 }, landing).actions, []);
  t.end();
});

test('what the sync before the stop has found is sent as well', (t) => {
  const found = { ...last, pass: 3, memoryRemainingBytes: 1e6 };
  t.match(land(found, opened()), { landing: { stage: 'gliding' }, actions: [{ bytesPerSecond: 8e6 }] });
  t.same(land({ ...found, memoryRemainingBytes: 0.3e6 }, opened()).actions, [], 'unless it is next to nothing again');
  t.end();
});

test('a guest that turns out to be busy goes on at full speed, and may stop with 5 ms left, where the budget has room for them', (t) => {
  const busy = { ...view, atPassBoundary: true, passes: [{ ...pass, dirtiedBytes: 200e6 }] };
  const landing = begun({ ...view, pass: 1, passes: [] });
  const taken = land(busy, landing);
  t.equal(taken.landing, 'over');
  t.match(taken.actions, [
    { kind: 'downtime-limit', limitMs: 5 },
    { kind: 'bandwidth', bytesPerSecond: undefined },
  ]);
  t.match(land({ ...busy, budget: { pauseMs: 33 } }, landing).actions[0], { limitMs: 3 });
  t.end();
});

test('one that does not end is taken back after 1.5 s, the limit first', (t) => {
  t.same(land({ ...last, elapsedMs: 6499, atPassBoundary: true }, { ...begun(), stage: 'wide' }).actions, []);
  const { landing, actions } = land({ ...last, elapsedMs: 6500 }, { ...begun(), stage: 'wide' });
  t.equal(landing, 'over');
  t.match(actions, [
    { kind: 'downtime-limit', limitMs: 1 },
    { kind: 'bandwidth', bytesPerSecond: undefined },
  ]);
  t.same(land(view, 'over'), { landing: 'over', actions: [] });
  t.end();
});
