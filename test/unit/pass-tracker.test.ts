import fc from 'fast-check';
import { test } from 'tap';
import { type PassReading, PassTracker } from '../../lib/migration/pass-tracker.js';

const MEGABYTE = 1e6;
const LINK = 100 * MEGABYTE;

function track(
  readings: [atMs: number, syncs: number, remainingMb: number, processedMb: number, throttle?: number][],
  limitMs = 1,
): PassTracker {
  const tracker = new PassTracker();
  for (const [atMs, syncs, remaining, processed, throttle = 0] of readings) {
    const reading: PassReading = {
      atMs,
      syncs,
      remainingBytes: remaining * MEGABYTE,
      processedBytes: processed * MEGABYTE,
      throttle,
    };
    tracker.add(reading, LINK, limitMs);
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
