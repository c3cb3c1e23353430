import fc from 'fast-check';
import { test } from 'tap';
import {
  bootstrap,
  median,
  pairedRatio,
  proportion,
  quantile,
  seededRandom,
  smallestEffect,
  unpairedRatio,
} from '../../bench/statistics.js';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
const parts = fc.double({ min: 0, max: 1, noNaN: true });

test('a quantile is interpolated between neighbours', (t) => {
  t.equal(quantile([3, 1, 2, 4], 0.5), 2.5);
  t.equal(quantile([10, 20, 30], 0.25), 15);
  t.equal(quantile([7], 0.95), 7);
  t.ok(Number.isNaN(quantile([], 0.5)), 'of nothing there is none');
  t.end();
});

test('a quantile lies within the values, grows with its part and does not mind their order', (t) => {
  fc.assert(
    fc.property(values, parts, parts, (all, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const [atLow, atHigh] = [quantile(all, low), quantile(all, high)];
      // Interpolation may be off by the last bit.
      const slack = 1e-6;
      return (
        atLow <= atHigh + slack &&
        atLow >= Math.min(...all) - slack &&
        atHigh <= Math.max(...all) + slack &&
        quantile([...all].reverse(), low) === atLow
      );
    }),
  );
  t.end();
});

test('the same seed gives the same numbers, evenly from 0 to 1', (t) => {
  const draw = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));
  t.same(draw(7), draw(7));
  t.notSame(draw(7), draw(8));
  t.ok(draw(7).every((value) => value >= 0 && value < 1));
  const mean = draw(7).reduce((sum, value) => sum + value) / 1000;
  t.ok(Math.abs(mean - 0.5) < 0.03, `their mean is ${mean}`);
  t.end();
});

test('an interval holds the estimate of samples that are all alike, and nothing else', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: -100, max: 100 }), (count, value) => {
      const found = bootstrap(new Array(count).fill(value), median, { random: seededRandom(1), resamples: 50 });
      return found.value === value && found.low === value && found.high === value;
    }),
  );
  t.end();
});

test('an interval lies within the samples and repeats with its seed', (t) => {
  fc.assert(
    fc.property(values, fc.integer(), (all, seed) => {
      const once = bootstrap(all, median, { random: seededRandom(seed), resamples: 100 });
      const again = bootstrap(all, median, { random: seededRandom(seed), resamples: 100 });
      return (
        once.low <= once.high &&
        once.low >= Math.min(...all) &&
        once.high <= Math.max(...all) &&
        once.low === again.low &&
        once.high === again.high
      );
    }),
  );
  t.end();
});

test('nine intervals of ten at a level of 0.9 hold the truth, or nearly so', (t) => {
  const random = seededRandom(42);
  // The mean of a uniform variable is 0.5; a bootstrap of 30 samples is known to be a little too sure.
  const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  let held = 0;
  for (let round = 0; round < 400; round += 1) {
    const samples = Array.from({ length: 30 }, random);
    const { low, high } = bootstrap(samples, mean, { random, resamples: 200, level: 0.9 });
    if (low <= 0.5 && 0.5 <= high) held += 1;
  }
  t.ok(held / 400 > 0.84 && held / 400 < 0.95, `${held} of 400 did`);
  t.end();
});

test('a paired ratio sees through what disturbs both sides of a pair', (t) => {
  const random = seededRandom(3);
  const pairs = Array.from({ length: 12 }, () => {
    const disturbance = 1 + 9 * random();
    return { subject: 2 * disturbance * (1 + 0.02 * random()), reference: 10 * disturbance };
  });
  const { value, low, high } = pairedRatio(pairs, { random });
  t.ok(value > 0.199 && value < 0.205, `it is ${value}`);
  t.ok(high - low < 0.005, `between ${low} and ${high}`);
  t.end();
});

test('a proportion has an interval even where none or all are so', (t) => {
  t.match(proportion(0, 20), { value: 0, low: 0 });
  t.ok(Math.abs(proportion(0, 20).high - 0.161) < 0.001, 'none of 20: up to 16 % may be');
  t.ok(Math.abs(proportion(20, 20).low - 0.839) < 0.001);
  t.ok(Math.abs(proportion(10, 20).low - 0.299) < 0.001, "Wilson's own example");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), parts, (total, part) => {
      const count = Math.floor(part * total);
      const { value, low, high } = proportion(count, total);
      const slack = 1e-12;
      return low >= 0 && high <= 1 && low <= value + slack && value <= high + slack;
    }),
  );
  t.end();
});

test('the smallest effect that could be seen is larger where the interval is wider', (t) => {
  t.equal(smallestEffect({ low: 1, high: 1 }), 0);
  t.ok(
    Math.abs(smallestEffect({ low: 0.9, high: 1 / 0.9 }) - 0.162) < 0.001,
    'a little more than half of the interval',
  );
  t.ok(smallestEffect({ low: 0.5, high: 2 }) > smallestEffect({ low: 0.8, high: 1.25 }));
  t.end();
});

test('an effect of that size is seen four times of five', (t) => {
  const random = seededRandom(5);
  const pairsOf = (effect: number) =>
    Array.from({ length: 20 }, () => ({ subject: effect * (0.8 + 0.4 * random()), reference: 0.8 + 0.4 * random() }));
  const least = median(
    Array.from({ length: 30 }, () => smallestEffect(pairedRatio(pairsOf(1), { random, resamples: 200 }))),
  );
  const seen = Array.from({ length: 100 }, () => pairedRatio(pairsOf(1 + least), { random, resamples: 200 })).filter(
    ({ low }) => low > 1,
  ).length;
  t.ok(seen > 60 && seen < 97, `${seen} of 100 with an effect of ${least}`);
  t.end();
});

test('a ratio of samples that were not paired has an interval as well', (t) => {
  const random = seededRandom(2);
  const around = (value: number) => Array.from({ length: 15 }, () => value * (0.9 + 0.2 * random()));
  const { value, low, high } = unpairedRatio(around(30), around(10), { random });
  t.ok(low < 3 && high > 3 && low > 2.5 && high < 3.5, `${value} (${low}..${high})`);
  t.end();
});
