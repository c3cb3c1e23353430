import fc from 'fast-check';
import { test } from 'tap';
import { type Looks, type PassReading, PassTracker } from '../../lib/migration/pass-tracker.js';

const MEGABYTE = 1e6;
const LINK = 100 * MEGABYTE;

function track(
  readings: [atMs: number, syncs: number, remainingMb: number, processedMb: number, throttle?: number][],
  limitMs = 1,
  looks: Looks = 'unknown',
  postCopyActive = false,
): PassTracker {
  const tracker = new PassTracker(looks);
  for (const [atMs, syncs, remaining, processed, throttle = 0] of readings) {
    const reading: PassReading = {
      atMs,
      bytesPerSecond: LINK,
      syncs,
      remainingBytes: remaining * MEGABYTE,
      processedBytes: processed * MEGABYTE,
      throttle,
    };
    tracker.add(reading, { downtimeLimitMs: limitMs, postCopyActive });
  }
  return tracker;
}

test('a sync with next to nothing left to send ends a pass; what it finds is what the next one has to send', (t) => {
  const tracker = track([
    [100, 1, 1000, 0],
    [5000, 1, 510, 490],
    [10_000, 1, 10, 990],
    [10_100, 2, 300, 1000],
    [13_000, 2, 12, 1288],
    [13_110, 3, 80, 1300],
  ]);
  t.equal(tracker.pass, 3);
  t.ok(tracker.isAtBoundary);
  t.match(tracker.finished, [
    { number: 1, startedAtMs: 100, durationMs: 10_000, dirtyBytes: 1000 * MEGABYTE, dirtiedBytes: 300 * MEGABYTE },
    { number: 2, startedAtMs: 10_100, durationMs: 3010, dirtyBytes: 300 * MEGABYTE, dirtiedBytes: 80 * MEGABYTE },
  ]);
  t.end();
});

test('a pass tells what went over in it, and the throttle over its time', (t) => {
  const tracker = track([
    [100, 1, 1000, 3],
    [5000, 1, 510, 490],
    [10_100, 2, 300, 1000],
    [11_100, 2, 200, 1100, 0],
    [12_100, 2, 100, 1200, 0.4],
    [14_100, 3, 80, 1310, 0.8],
  ]);
  t.match(tracker.finished, [
    { number: 1, sentBytes: 1000 * MEGABYTE, throttle: 0 },
    { number: 2, sentBytes: 310 * MEGABYTE, throttle: 0.5 },
  ]);
  t.end();
});

test('a sync in mid-pass, as QEMU does every five seconds while it throttles, is no pass', (t) => {
  const tracker = track([
    [0, 1, 1000, 0],
    [9900, 1, 10, 990],
    [10_000, 2, 900, 1000],
    [14_900, 2, 410, 1490],
    [15_000, 3, 660, 1500],
    [20_000, 4, 400, 2000],
  ]);
  t.equal(tracker.pass, 2);
  t.notOk(tracker.isAtBoundary);
  t.end();
});

/** A pass of 900 MB; QEMU looks at 15.0 and 20.0 s, finds that nothing was synced since, and syncs. */
const LOOKS: [number, number, number, number, number?][] = [
  [0, 1, 1000, 0],
  [9900, 1, 10, 990],
  [10_000, 2, 900, 1000],
  [14_900, 2, 410, 1490],
  [15_000, 3, 660, 1500],
  [19_900, 3, 170, 1990],
  [20_000, 4, 420, 2000],
];

test('close to the end of a pass, what was due first has made the sync: the look of QEMU, or the end', (t) => {
  const limitMs = 100;
  t.equal(track(LOOKS, limitMs).pass, 2);
  const lookFirst = track([...LOOKS, [24_990, 4, 13, 2499], [25_010, 5, 300, 2499]], limitMs);
  t.equal(lookFirst.pass, 2, 'at 25.0 s there were 12 MB left, and the limit lets 10 through');
  const endFirst = track([...LOOKS, [24_900, 4, 10.5, 2490], [25_010, 5, 300, 2499]], limitMs);
  t.equal(endFirst.pass, 3, 'at 25.0 s less than 10 MB were left: QEMU has ended the pass before');
  const early = track([...LOOKS, [24_500, 4, 13, 2450], [24_520, 5, 300, 2450]], limitMs);
  t.equal(early.pass, 3, 'nothing was due then');
  const late = track([...LOOKS, [25_400, 4, 13, 2540], [25_420, 5, 300, 2540]], limitMs);
  t.equal(late.pass, 3, 'QEMU did not look when it was due');
  t.end();
});

test('with auto-converge QEMU looks every five seconds from the start of the job on', (t) => {
  const readings: typeof LOOKS = [
    [0, 1, 1000, 0],
    [9200, 1, 10, 920],
    [9300, 2, 600, 930],
    [14_950, 2, 14, 1495],
    [15_010, 3, 500, 1500],
  ];
  t.equal(
    track(readings, 50, 'from-start').pass,
    2,
    'the look at 10.0 s finds a sync since the one before, that at 15.0 s does not',
  );
  t.equal(track(readings, 50).pass, 3, 'without it, nothing is left to have made this sync but the end of the pass');
  t.end();
});

test('without auto-converge every sync ends a pass, but that with which post-copy begins', (t) => {
  // Zero pages: little was sent of all that is not left any more.
  const readings: typeof LOOKS = [
    [0, 1, 1000, 0],
    [10_000, 2, 600, 1000],
    [10_020, 2, 400, 1001],
    [10_120, 3, 300, 1010],
  ];
  t.equal(track(readings, 1, 'never').pass, 3);
  t.equal(track(readings, 1, 'unknown').pass, 2);
  t.equal(track(readings, 1, 'never', true).pass, 1);
  t.end();
});

test('what QEMU sends while it does not answer is not taken for what was sent before its look', (t) => {
  const tracker = track([...LOOKS, [24_950, 4, 95, 2495], [25_950, 5, 400, 2595]], 100);
  t.equal(tracker.pass, 2, '90 MB were left when the look was due');
  t.end();
});

test('a look finds nothing to do where a pass has ended since the one before', (t) => {
  const ended: typeof LOOKS = [...LOOKS, [23_990, 4, 5, 2399], [24_000, 5, 500, 2400]];
  t.equal(
    track([...ended, [24_990, 5, 13, 2499], [25_010, 6, 300, 2500]], 100).pass,
    4,
    'so that this one was the end',
  );
  t.equal(track([...ended, [29_990, 5, 13, 2999], [30_010, 6, 300, 3000]], 100).pass, 3, 'and this one the next look');
  t.end();
});

test('while QEMU waits for the processors of the guest after a sync, it is said; not when a link is dead', (t) => {
  const synced: typeof LOOKS = [...LOOKS, [24_000, 5, 300, 2400]];
  t.ok(track([...synced, [24_500, 5, 300, 2400, 0.9]]).isWaiting);
  t.notOk(track([...synced, [24_500, 5, 300, 2400]]).isWaiting, 'one that is not throttled does not sleep');
  t.notOk(track([...synced, [24_500, 5, 290, 2410, 0.9]]).isWaiting, 'it sends');
  t.notOk(track([...synced, [26_000, 5, 300, 2400, 0.9]]).isWaiting, 'no throttled processor sleeps for so long');
  t.notOk(track([[0, 1, 1000, 0]]).isWaiting, 'there was no sync yet');
  t.end();
});

test('the first sync ends the first pass, even if zero pages at its end let it seem to be in its middle', (t) => {
  const tracker = track([
    [0, 1, 536, 0],
    [2700, 1, 245, 324],
    [2920, 2, 209, 350],
  ]);
  t.equal(tracker.pass, 2);
  t.match(tracker.finished, [{ number: 1, durationMs: 2920, dirtiedBytes: 209 * MEGABYTE }]);
  t.end();
});

test('the count may go on from an earlier migration that was cancelled', (t) => {
  t.equal(track([[0, 17, 1000, 0]]).pass, 1);
  t.equal(
    track([
      [0, 17, 1000, 0],
      [10_000, 18, 100, 1000],
    ]).pass,
    2,
  );
  t.end();
});

test('a pass ends early by as much as the downtime limit lets through', (t) => {
  const readings: [number, number, number, number][] = [
    [0, 1, 100, 0],
    [1000, 1, 1, 99],
    [1010, 2, 150, 100],
    [2010, 2, 50, 200],
    [2020, 3, 120, 201],
  ];
  t.equal(track(readings, 1).pass, 2, 'with 1 ms, 49 MB left is in mid-pass');
  t.equal(track(readings, 400).pass, 3, 'with 400 ms it is the end of one');
  t.end();
});

test('whatever comes, passes are counted from 1 without a gap, and only with a sync', (t) => {
  const reading = fc.tuple(fc.nat(1000), fc.nat(3), fc.nat(1000), fc.nat(1000));
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1 }), (steps) => {
      let [atMs, syncs, processed] = [0, 0, 0];
      const tracker = track(
        steps.map(([ms, more, remaining, sent]) => {
          [atMs, syncs, processed] = [atMs + ms, syncs + more, processed + sent];
          return [atMs, syncs, remaining, processed];
        }),
      );
      return (
        tracker.finished.every(({ number }, index) => number === index + 1) &&
        tracker.finished.length <= syncs &&
        (tracker.pass === 0 || tracker.pass === tracker.finished.length + 1)
      );
    }),
  );
  t.pass('held for every generated run');
  t.end();
});
