import { test } from 'tap';
import { beginLanding, endLanding, type View } from '../../lib/policy/index.js';

const view: View = {
  elapsedMs: 5000,
  pass: 2,
  atPassBoundary: true,
  syncs: 2,
  memoryTotalBytes: 1e9,
  memoryRemainingBytes: 3e6,
  memoryProcessedBytes: 4e8,
  diskTotalBytes: 0,
  diskRemainingBytes: 0,
  dirtyBytes: 3e6,
  linkBytesPerSecond: 100e6,
  rawLinkBytesPerSecond: 100e6,
  dirtiedBytesPerSecond: 1e6,
  expectedPauseMs: 60,
  fixedPauseMs: 30,
  downtimeLimitMs: 1,
  bandwidthBytesPerSecond: undefined,
  throttle: 0,
  passes: [],
  budget: {},
  escalate: [],
  can: { throttle: false, autoConverge: false, postCopy: false },
  postCopyActive: false,
  paused: false,
};

test('near the end of a quiet guest the stream is slowed to 35 % of the link, and 3 ms of the whole link may be left', (t) => {
  t.match(beginLanding(view), [
    { kind: 'bandwidth', bytesPerSecond: 35e6 },
    // 8 ms of 35 MB/s are 280 kB, which go over in 2.8 ms once the guest has stopped and nothing is slowed any more.
    { kind: 'downtime-limit', limitMs: 8 },
  ]);
  t.end();
});

const reasons: [string, Partial<View>][] = [
  ['in the first pass', { dirtiedBytesPerSecond: undefined }],
  ['while there is much to send', { memoryRemainingBytes: 11e6 }],
  ['for a guest that dirties more than half of what the slowed stream carries', { dirtiedBytesPerSecond: 18e6 }],
  ['where the stream is as slow already', { bandwidthBytesPerSecond: 35e6 }],
  ['before the speed of the link is known', { linkBytesPerSecond: undefined }],
];

for (const [when, difference] of reasons) {
  test(`it does not begin ${when}`, (t) => {
    t.same(beginLanding({ ...view, ...difference }), []);
    t.end();
  });
}

test('one that does not end is taken back after 1.5 s', (t) => {
  const before = { downtimeLimitMs: 1, bandwidthBytesPerSecond: undefined };
  t.same(endLanding({ ...view, elapsedMs: 6499 }, { startedAtMs: 5000 }, before), []);
  t.match(endLanding({ ...view, elapsedMs: 6500 }, { startedAtMs: 5000 }, before), [
    { kind: 'bandwidth', bytesPerSecond: undefined },
    { kind: 'downtime-limit', limitMs: 1 },
  ]);
  t.end();
});
