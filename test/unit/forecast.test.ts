import fc from 'fast-check';
import { test } from 'tap';
import {
  type DirtyWindow,
  dirtyAfter,
  type Ending,
  explainBoth,
  fitWorkingSet,
  forecastError,
  forecastFrom,
  type Inputs,
  type Known,
  simulateMany,
  steady,
  verdictOf,
  workloadFrom,
} from '../../lib/forecast/index.js';
import { type Escalation, policies } from '../../lib/policy/index.js';

const MIB = 2 ** 20;
const MEMORY = 1024 * MIB;

/** Windows that see exactly what a sweeping writer does. */
function windowsOf(bytesPerSecond: number, setBytes: number, durationsMs: readonly number[]): DirtyWindow[] {
  return durationsMs.map((durationMs) => ({
    durationMs,
    dirtiedBytes: dirtyAfter(0, { bytesPerSecond, setBytes }, 'sweep', durationMs),
  }));
}

test('windows that show growth and saturation tell the rate and the set', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 64, max: 512 }), (rateMib, setMib) => {
      const saturatesMs = (setMib / rateMib) * 1000;
      const durations = [0.25, 0.5, 0.75, 1.5, 2].map((part) => part * saturatesMs);
      const set = fitWorkingSet(windowsOf(rateMib * MIB, setMib * MIB, durations), MEMORY);
      return (
        Math.abs(set.bytesPerSecond / (rateMib * MIB) - 1) < 0.15 && Math.abs(set.setBytes / (setMib * MIB) - 1) < 0.15
      );
    }),
    { numRuns: 25 },
  );
  t.end();
});

test('a set that is rewritten within the shortest window hides its rate, and that is said', (t) => {
  const set = fitWorkingSet(windowsOf(900 * MIB, 128 * MIB, [1000, 1000, 2000]), MEMORY);
  t.ok(Math.abs(set.setBytes / (128 * MIB) - 1) < 0.1, `${set.setBytes}`);
  t.match(set, { isSaturated: true });
  t.ok(set.bytesPerSecond > 128 * MIB && set.rateDeviation > 0.3, 'at least so fast, and nobody knows how fast');
  t.end();
});

test('a guest that writes in bursts is simulated as its windows were, one after the other', (t) => {
  const windows = [80, 2, 78, 1].map((mib) => ({ durationMs: 1000, dirtiedBytes: mib * MIB }));
  const set = fitWorkingSet(windows, MEMORY);
  t.equal(set.isUneven, true);
  t.equal(workloadFrom(windows, set, false).segments.length, 4);
  const even = windowsOf(50 * MIB, 256 * MIB, [1000, 1000, 1000, 2000]);
  t.equal(workloadFrom(even, fitWorkingSet(even, MEMORY), false).segments.length, 1);
  t.end();
});

test('the fewer pages were looked at, the less is known', (t) => {
  const exact = windowsOf(50 * MIB, 256 * MIB, [1000, 1000, 2000]);
  const of = (sampledPages: number) =>
    fitWorkingSet(
      exact.map((window) => ({ ...window, sampledPages })),
      MEMORY,
    ).rateDeviation;
  t.ok(of(256) > of(8192));
  t.end();
});

test('what an earlier migration showed helps where the guest still is as it was, and is left out where it is not', (t) => {
  const now = windowsOf(50 * MIB, 256 * MIB, [1000, 1000, 1000, 2000, 3000]).map((window) => ({
    ...window,
    sampledPages: 512,
  }));
  const alike = explainBoth(now, windowsOf(50 * MIB, 256 * MIB, [4000, 2000, 1000, 500]), MEMORY);
  t.equal(alike.windows.length, 9);
  t.ok(alike.set.rateDeviation < fitWorkingSet(now, MEMORY).rateDeviation);
  const other = explainBoth(now, windowsOf(10 * MIB, 256 * MIB, [4000, 2000, 1000, 500]), MEMORY);
  t.same(other.windows, now);
  t.ok(Math.abs(other.set.bytesPerSecond / (50 * MIB) - 1) < 0.15);
  t.equal(explainBoth(now.slice(0, 1), windowsOf(250 * MIB, 256 * MIB, [4000, 900]), MEMORY).windows.length, 1);
  t.end();
});

const known = (value: number): Known => ({ value, deviation: 0.03, from: 'measured' });

function inputs(bytesPerSecond: number, { followsCpu = false } = {}): Inputs {
  return {
    memoryBytes: MEMORY,
    used: known(350 * MIB),
    link: known(118e6),
    dirtyRate: known(bytesPerSecond),
    set: known(256 * MIB),
    workload: { ...steady(bytesPerSecond), followsCpu },
    fixedPause: known(40),
    postCopyPause: known(15),
    isKnownBusy: false,
    overhead: known(600),
  };
}

function foretell(bytesPerSecond: number, escalate: readonly Escalation[] = [], followsCpu = false) {
  const { byName } = policies;
  return forecastFrom({
    ...{ inputs: inputs(bytesPerSecond, { followsCpu }), policy: byName.budget, escalate, monitor: false },
    budget: { pauseMs: 100, totalMs: 60_000 },
  });
}

test('each verdict: passes alone, a throttle, post-copy, and none', (t) => {
  t.match(foretell(50e6), { verdict: 'converges', remedy: undefined });
  t.match(foretell(300e6, ['throttle'], true), { verdict: 'converges-throttled', throttle: Number });
  const postCopy = foretell(300e6, ['post-copy']);
  t.match(postCopy, { verdict: 'only-post-copy' });
  t.ok(Math.abs((postCopy.pauseMs?.expected ?? 0) - 15) < 2, 'the stop at which post-copy begins is another one');
  t.match(foretell(300e6), { verdict: 'not-within-budget', remedy: 'post-copy' });
  t.match(foretell(300e6, [], true), { verdict: 'not-within-budget', remedy: 'throttle' });
  t.end();
});

test('every interval holds its figure, the same inputs give the same forecast, and it survives JSON', (t) => {
  const forecast = foretell(50e6);
  for (const interval of [forecast.totalMs, forecast.pauseMs, forecast.passes, forecast.sentBytes, forecast.lostMs]) {
    t.ok(interval !== undefined && interval.low <= interval.expected && interval.expected <= interval.high);
  }
  t.same(foretell(50e6), forecast);
  t.equal(JSON.parse(JSON.stringify(forecast)).verdict, 'converges');
  t.end();
});

test('what is known less well is forecast with wider intervals', (t) => {
  const options = { runs: 200, seed: 7 };
  const scenario = { policy: policies.byName.qemu, workload: steady(50e6), link: 118e6, memoryBytes: MEMORY };
  const width = (deviation: number): number => {
    const spread = { link: deviation, dirtyRate: deviation, set: 0, used: 0, fixedPause: 0 };
    const totals = simulateMany(scenario, { ...options, spread }).map(({ totalMs }) => totalMs);
    return Math.max(...totals) - Math.min(...totals);
  };
  t.equal(width(0), 0);
  t.ok(width(0.1) > width(0.02));
  t.end();
});

test('the verdict on an ending', (t) => {
  const fine: Ending = {
    ...{ isCompleted: true, isPostCopy: false, isSuspended: false, throttle: 0 },
    ...{ pauseMs: 50, totalMs: 5000 },
  };
  const cases: [string, Partial<Ending>, string][] = [
    ['passes alone', {}, 'converges'],
    ['a throttle', { throttle: 0.4 }, 'converges-throttled'],
    ['post-copy', { isPostCopy: true, throttle: 0.4 }, 'only-post-copy'],
    ['an abort', { isCompleted: false }, 'not-within-budget'],
    ['a pause that is too long', { pauseMs: 101 }, 'not-within-budget'],
    ['a total that is too long', { totalMs: 10_001 }, 'not-within-budget'],
    ['a throttle that is too hard', { throttle: 0.6 }, 'not-within-budget'],
  ];
  for (const [what, difference, verdict] of cases) {
    t.equal(verdictOf({ ...fine, ...difference }, { pauseMs: 100, totalMs: 10_000, slowdown: 0.5 }), verdict, what);
  }
  t.equal(
    verdictOf({ ...fine, isSuspended: true, pauseMs: 2000 }, {}),
    'not-within-budget',
    'a guest that was suspended',
  );
  t.end();
});

test('the error of a forecast is relative to what happened', (t) => {
  const forecast = foretell(50e6);
  const total = forecast.totalMs?.expected ?? 0;
  const error = forecastError(forecast, {
    ...{ isCompleted: true, isPostCopy: false, isSuspended: false, throttle: 0, pauseMs: undefined },
    ...{ totalMs: total / 1.1, passes: forecast.passes.expected, sentBytes: forecast.sentBytes.expected },
  });
  t.ok(Math.abs((error.total ?? 0) - 0.1) < 1e-9);
  t.match(error, { bytes: 0, pause: undefined, passes: 0, isVerdictRight: true, verdict: 'converges' });
  t.end();
});
