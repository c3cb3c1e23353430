import fc from 'fast-check';
import { test } from 'tap';
import { envelope } from '../../lib/report/envelope.js';

const value = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -1e9, max: 1e9 }) }, fc.constant(Number.NaN));
const series = fc
  .tuple(
    fc.integer({ min: 1, max: 60 }),
    fc.array(fc.tuple(fc.nat(500), value, value), { minLength: 1, maxLength: 400 }),
  )
  .map(([bins, rows]) => {
    let now = 0;
    const atMs = rows.map(([step]) => {
      now += step;
      return now;
    });
    return { bins, atMs, columns: [rows.map(([, one]) => one), rows.map(([, , other]) => other)] };
  });

const known = (values: readonly number[]) => values.filter((one) => !Number.isNaN(one));

test('thinned samples are true samples, in order, with the first and the last one', (t) => {
  fc.assert(
    fc.property(series, ({ bins, atMs, columns }) => {
      const chosen = envelope(atMs, columns, bins);
      const isAscending = chosen.every((index, position) => position === 0 || index > (chosen[position - 1] ?? 0));
      return isAscending && chosen[0] === 0 && chosen.at(-1) === atMs.length - 1;
    }),
  );
  t.end();
});

test('no peak and no trough of any series is lost, in any stretch of time as wide as a bin', (t) => {
  fc.assert(
    fc.property(series, fc.nat(), ({ bins, atMs, columns }, seed) => {
      const chosen = new Set(envelope(atMs, columns, bins));
      const [fromMs = 0, untilMs = 0] = [atMs[0], atMs.at(-1)];
      const binMs = (untilMs - fromMs) / bins;
      const bin = seed % bins;
      const inBin = [...atMs.keys()].filter(
        (index) => binMs === 0 || Math.min(bins - 1, Math.floor(((atMs[index] ?? 0) - fromMs) / binMs)) === bin,
      );
      return columns.every((column) => {
        const all = known(inBin.map((index) => column[index] ?? Number.NaN));
        const kept = known(inBin.filter((index) => chosen.has(index)).map((index) => column[index] ?? Number.NaN));
        return Math.max(...all) === Math.max(...kept) && Math.min(...all) === Math.min(...kept);
      });
    }),
    // The bin's edge may fall to either side of a sample by rounding; whole numbers keep that from happening.
    { numRuns: 300 },
  );
  t.end();
});

test('hours of samples become few, however many there are', (t) => {
  const atMs = Array.from({ length: 360_000 }, (_, index) => index * 100);
  const columns = [atMs.map((at) => Math.sin(at)), atMs.map((at) => at % 977)];
  const chosen = envelope(atMs, columns, 900);
  t.ok(chosen.length <= 900 * 6, 'at most the edges and two extremes of each series in a bin');
  t.ok(chosen.length >= 900);
  t.end();
});

test('few samples are all kept', (t) => {
  t.same(envelope([0, 100, 200], [[1, 2, 3]], 900), [0, 1, 2]);
  t.same(envelope([], [[]], 900), []);
  t.end();
});
