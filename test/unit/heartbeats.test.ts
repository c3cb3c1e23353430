import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { analyseHeartbeats } from '../../lib/lab/observer/analysis.js';
import type { Beat } from '../../lib/lab/observer/beat.js';
import { makeBeat, makeTrain, PERIOD_NS, stopBefore } from '../support/beats.js';

const MS = 1_000_000n;
const START_NS = 1_000_000_000n;

/** 100 beats before the window, 200 in it, 100 after it, before anything is done to them. */
const TRAIN = makeTrain(400, START_NS);
const FROM_NS = START_NS + 100n * MS;
const TO_NS = START_NS + 300n * MS;

function analyse(beats: readonly Beat[], toNs = TO_NS) {
  return analyseHeartbeats(beats, { fromNs: FROM_NS, toNs, periodNs: PERIOD_NS });
}

t.test('an undisturbed guest shows no blackout, no loss and no slowdown', async (t) => {
  const seen = analyse(TRAIN);
  t.equal(seen.outsideMs, 0);
  t.equal(seen.beats, 201);
  t.equal(seen.beatsLost + seen.beatsReordered + seen.beatsDuplicated + seen.badPages, 0);
  t.equal(seen.clockWentBack, false);
  t.same(seen.workRatePerSecond, { before: 10_000, during: 10_000, after: 10_000 });
  t.equal(seen.lostWork, 0);
  t.equal(seen.slowdown, 0);
  t.same(seen.jitterBefore, { beats: 100, p50Ms: 1, p99Ms: 1, maxMs: 1 });
});

t.test('a stop is read exactly, wherever it is in the window', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 101, max: 299 }), fc.bigInt({ min: 0n, max: 10_000n * MS }), (index, stopNs) => {
      const seen = analyse(stopBefore(TRAIN, index, stopNs), TO_NS + stopNs);
      assert.equal(seen.outsideMs, Number(stopNs) / 1e6);
      assert.equal(seen.beatsLost, 0);
      if (stopNs > 0n) assert.equal(seen.longestGap.fromNs, TRAIN[index - 1]?.arrivalNs);
    }),
  );
  t.pass('held for every generated case');
});

t.test('jitter of the network falsifies a stop by no more than itself', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 400, maxLength: 400 }),
      fc.integer({ min: 2, max: 1000 }),
      (delaysNs, stopMs) => {
        const late = TRAIN.map((beat, i) => ({ ...beat, arrivalNs: beat.arrivalNs + BigInt(delaysNs[i] ?? 0) }));
        const seen = analyse(stopBefore(late, 200, BigInt(stopMs) * MS), TO_NS + BigInt(stopMs) * MS);
        assert.ok(Math.abs(seen.outsideMs - stopMs) <= 0.4, `${seen.outsideMs} for ${stopMs} ms`);
        assert.ok((seen.jitterBefore?.maxMs ?? Number.POSITIVE_INFINITY) <= 1.4);
      },
    ),
  );
  t.pass('held for every generated case');
});

t.test('every beat that never arrives is counted once', async (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 101, max: 299 }), { maxLength: 150 }), (lost) => {
      const seen = analyse(TRAIN.filter((_, index) => !lost.includes(index)));
      assert.equal(seen.beatsLost, lost.length);
      assert.equal(seen.beatsReordered, 0);
    }),
  );
  t.pass('held for every generated case');
});

t.test('beats that are overtaken are reordered, not lost', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 102, max: 290 }), (index) => {
      const beats = TRAIN.map((beat, at) =>
        at === index || at === index + 1 ? { ...beat, sequence: beat.sequence + (at === index ? 1 : -1) } : beat,
      );
      const seen = analyse(beats);
      assert.equal(seen.beatsReordered, 1);
      assert.equal(seen.beatsLost, 0);
    }),
  );
  t.pass('held for every generated case');
});

t.test('a guest that runs twice sends beats twice', async (t) => {
  const twice = TRAIN.flatMap((beat, index) => (index >= 150 && index < 160 ? [beat, beat] : [beat]));
  t.equal(analyse(twice).beatsDuplicated, 10);
  t.equal(analyse(twice).beatsLost, 0);
});

t.test('a silence that begins before the window or ends after it counts in full', async (t) => {
  const across = TRAIN.filter((beat) => beat.arrivalNs < FROM_NS - 50n * MS || beat.arrivalNs > TO_NS + 20n * MS);
  const seen = analyse(across);
  t.equal(seen.longestGap.fromNs, FROM_NS - 51n * MS);
  t.equal(seen.longestGap.toNs, TO_NS + 21n * MS);
  t.equal(seen.beatsLost, 271);
});

t.test('a guest that never comes back is silent to the end of the window', async (t) => {
  const seen = analyse(TRAIN.slice(0, 150));
  t.equal(seen.longestGap.toNs, TO_NS);
  t.equal(seen.outsideMs, 150);
  t.equal(seen.workRatePerSecond.after, undefined);
});

t.test('no beats at all are a silence as long as the window', async (t) => {
  const seen = analyse([]);
  t.same(seen.longestGap, { fromNs: FROM_NS, toNs: TO_NS });
  t.equal(seen.beatsLost, 0);
  t.equal(seen.slowdown, undefined);
  t.equal(seen.jitterBefore, undefined);
});

t.test('work lost in a blackout is lost work, but no slowdown', async (t) => {
  const seen = analyse(stopBefore(TRAIN, 200, 100n * MS), TO_NS + 100n * MS);
  t.equal(Math.round(seen.lostWork ?? 0), 1000);
  t.ok((seen.slowdown ?? 1) < 1e-9);
});

t.test('a guest that works at half its pace is slowed down by a half', async (t) => {
  const slow = TRAIN.map((beat, index) =>
    index < 100 ? beat : { ...beat, workPages: 1000 + Math.min(index - 99, 200) * 5 + Math.max(0, index - 299) * 10 },
  );
  const seen = analyse(slow);
  t.ok(Math.abs((seen.slowdown ?? 0) - 0.5) < 0.02, `${seen.slowdown}`);
  t.ok(Math.abs((seen.workRatePerSecond.during ?? 0) - 5000) < 100);
});

t.test('a clock that goes back is seen, in whatever order the beats come', async (t) => {
  const back = TRAIN.map((beat, index) => (index < 200 ? beat : { ...beat, guestNs: beat.guestNs - 5n * MS }));
  t.equal(analyse(back).clockWentBack, true);
  const swapped = TRAIN.toSpliced(200, 2, ...TRAIN.slice(200, 202).reverse());
  t.equal(analyse(swapped).clockWentBack, false);
});

t.test('the worst count of bad pages is the count', async (t) => {
  t.equal(analyse(TRAIN.map((beat, index) => (index < 250 ? beat : { ...beat, badPages: 3 }))).badPages, 3);
});

t.test('only differences of time matter', async (t) => {
  const windows = fc.record({ shiftNs: fc.bigInt({ min: 0n, max: 2n ** 62n }), arrivalsNs: arrivals() });
  fc.assert(
    fc.property(windows, ({ shiftNs, arrivalsNs }) => {
      const beats = arrivalsNs.map((arrivalNs, index) => makeBeat({ arrivalNs, sequence: index + 1 }));
      const shifted = beats.map((beat) => ({ ...beat, arrivalNs: beat.arrivalNs + shiftNs }));
      const window = { fromNs: FROM_NS + shiftNs, toNs: TO_NS + shiftNs, periodNs: PERIOD_NS };
      const { longestGap: _, ...seen } = analyse(beats);
      const { longestGap: __, ...seenShifted } = analyseHeartbeats(shifted, window);
      assert.deepEqual(seenShifted, seen);
    }),
  );
  t.pass('held for every generated case');
});

t.test('the longest gap is a gap: nothing arrives in it, and no other is longer', async (t) => {
  fc.assert(
    fc.property(arrivals(), (arrivalsNs) => {
      const beats = arrivalsNs.map((arrivalNs, index) => makeBeat({ arrivalNs, sequence: index + 1 }));
      const { longestGap, outsideMs } = analyse(beats);
      const lengthNs = longestGap.toNs - longestGap.fromNs;
      assert.ok(!arrivalsNs.some((at) => at > longestGap.fromNs && at < longestGap.toNs));
      assert.ok(outsideMs >= 0 && lengthNs >= 0n);
      for (const [index, at] of arrivalsNs.entries()) {
        const next = arrivalsNs[index + 1];
        if (next !== undefined && next >= FROM_NS && at <= TO_NS) assert.ok(next - at <= lengthNs);
      }
    }),
  );
  t.pass('held for every generated case');
});

function arrivals(): fc.Arbitrary<bigint[]> {
  const instant = fc.bigInt({ min: START_NS, max: START_NS + 400n * MS });
  return fc.array(instant, { maxLength: 50 }).map((list) => list.sort((a, b) => Number(a - b)));
}
