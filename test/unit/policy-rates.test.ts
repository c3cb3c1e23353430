import { test } from 'tap';
import { addLinkSample, expectedPauseMs, fixedPauseMs, type LinkRate, throttleNeeded } from '../../lib/policy/index.js';

function rateOf(samples: [number, number][]): LinkRate | undefined {
  return samples.reduce<LinkRate | undefined>((rate, [atMs, bytes]) => addLinkSample(rate, atMs, bytes), undefined);
}

test('one sample is no rate', (t) => {
  t.match(rateOf([[0, 1000]]), { rawBytesPerSecond: undefined, bytesPerSecond: undefined });
  t.end();
});

test('the raw rate is that of the last two samples, the smoothed one takes about a second to follow', (t) => {
  const samples: [number, number][] = Array.from({ length: 11 }, (_, index) => [index * 100, index * 1000]);
  t.match(rateOf(samples), { rawBytesPerSecond: 10_000, bytesPerSecond: 10_000 });
  const stalled = rateOf([
    ...samples,
    ...Array.from({ length: 10 }, (_, index): [number, number] => [1100 + index * 100, 10_000]),
  ]);
  t.equal(stalled?.rawBytesPerSecond, 0);
  // After one time constant e^-1 of the old rate is left.
  t.ok(Math.abs((stalled?.bytesPerSecond ?? 0) - 10_000 / Math.E) < 1);
  t.end();
});

test('samples between two refreshes of the counters of QEMU are skipped', (t) => {
  const before = rateOf([
    [0, 0],
    [100, 1000],
  ]);
  t.equal(addLinkSample(before, 120, 1000), before);
  t.end();
});

test('a counter that went back begins anew', (t) => {
  t.match(
    rateOf([
      [0, 0],
      [100, 1000],
      [200, 500],
    ]),
    { atMs: 200, bytesPerSecond: undefined },
  );
  t.end();
});

test('the expected pause is the rest over the speed and the fixed cost, which is learnt', (t) => {
  t.equal(expectedPauseMs(11.7e6, 117e6, 50), 150);
  t.equal(fixedPauseMs(150, 11.7e6, 117e6), 50);
  t.equal(fixedPauseMs(10, 11.7e6, 117e6), 0, 'never negative');
  t.end();
});

test('the throttle brings dirtying to 0.8 of the link', (t) => {
  t.equal(throttleNeeded(50e6, 117e6), 0);
  t.equal(throttleNeeded(317e6, 117e6), 0.71, '1 − 0.8 × 117/317 = 0.7047, rounded up');
  t.equal(throttleNeeded(95.1e6, 117e6, 0.7), 0.71, 'the same guest under a throttle of 0.7');
  t.equal(throttleNeeded(1e12, 117e6), 0.99);
  t.equal(throttleNeeded(200e6, 0), 0.99, 'a dead link: as much as there is');
  t.end();
});
