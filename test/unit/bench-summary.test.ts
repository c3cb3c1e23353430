import { test } from 'tap';
import { controlCost } from '../../bench/engine/control-cost.js';
import { compare, comparisonText } from '../../bench/suite/compare.js';
import { ratioInWords } from '../../bench/suite/figures.js';
import { reading } from '../../bench/suite/self-test.js';
import { readSummary, summarise } from '../../bench/suite/summary.js';
import { summaryText } from '../../bench/suite/text.js';
import { verdictOf } from '../../bench/suite/verdict.js';
import { madeUpLog, madeUpRun, QUICK_PLAN } from '../support/suite-logs.js';

const sideOf = (log = madeUpLog(), scenario = 0, side = 'precopy') =>
  summarise(log).scenarios[scenario]?.strategies.find((strategy) => strategy.side === side);

test('the JSON has what the issue of a benchmark is judged by', (t) => {
  const { runs, ...log } = madeUpLog();
  const error = { total: 0.1, bytes: 0.02, pause: 0.2, passes: 0, isVerdictRight: true, verdict: 'converges' } as const;
  const interval = { low: 1, expected: 2, high: 3 };
  const [expected, actual] = [
    {
      verdict: 'converges',
      confidence: 1,
      passes: interval,
      sentBytes: interval,
      totalMs: interval,
      pauseMs: interval,
    },
    {
      isCompleted: true,
      isPostCopy: false,
      isSuspended: false,
      throttle: 0,
      totalMs: 2,
      passes: 2,
      sentBytes: 2,
      pauseMs: 2,
    },
  ] as const;
  const forecast = { error, expected, actual };
  const forecastLog = { ...log, runs: runs.map((logged) => ({ ...logged, run: { ...logged.run, forecast } })) };
  t.match(summaryText(summarise(forecastLog)), /precopy in quick-steady +6 +10 % +2 % +20 % +100 %/);
  const summary = JSON.parse(JSON.stringify(summarise(forecastLog)));
  t.match(summary.nullComparison, {
    low: Number,
    high: Number,
    value: Number,
    pairs: 6,
    level: Number,
    smallestEffect: Number,
  });
  t.ok(summary.nullComparison.low <= 1 && summary.nullComparison.high >= 1);
  t.match(summary.forecast, { totalError: 0.1, bytesError: 0.02, pauseError: 0.2, verdictRight: 1 });
  t.equal(summary.scenarios.length, 3);
  t.same(readSummary(JSON.stringify(summary)), summary, 'and is read again');
  t.end();
});

test('a ratio is of runs in the same round, with its interval and what could have been seen', (t) => {
  const ratio = sideOf()?.ratios.pauseMs;
  t.ok(ratio !== undefined && ratio.low <= ratio.value && ratio.value <= ratio.high);
  t.ok(ratio !== undefined && ratio.value > 0.1 && ratio.value < 0.16);
  t.match(ratio, { pairs: 6, smallestEffect: Number });
  t.equal(ratio?.level, 1 - 1 / 32, 'of six pairs, from the least to the most');
  t.equal(sideOf(madeUpLog({ ...QUICK_PLAN, rounds: 10 }))?.ratios.pauseMs?.level, 0.95, 'of ten, by resampling');
  t.end();
});

test('a run that did not complete is counted and explained, and is in no figure', (t) => {
  const { runs, ...log } = madeUpLog();
  const aborted = madeUpRun(9999, { outcome: 'cancelled', reason: 'it took too long' });
  const one = {
    ...log,
    runs: runs.map((logged) =>
      logged.side === 'precopy' && logged.round === 0 ? { ...logged, run: aborted } : logged,
    ),
  };
  const found = sideOf(one);
  t.match(found, { runs: 6, completed: 5, reasons: ['it took too long'] });
  t.equal(found?.figures.pauseMs?.values.length, 5);
  t.notOk(found?.figures.pauseMs?.values.includes(9999));
  t.equal(found?.ratios.pauseMs?.pairs, 5);
  t.match(summaryText(summarise(one)), /precopy did not complete: it took too long/);
  t.end();
});

test('half of a benchmark is summed up as well, and nothing at all', (t) => {
  const { runs, ...log } = madeUpLog();
  t.equal(summarise({ ...log, runs: runs.slice(0, 3) }).scenarios.length, 1);
  t.match(summarise({ ...log, runs: [] }), { scenarios: [], nullComparison: null, forecast: null });
  t.ok(summaryText(summarise({ ...log, runs: [] })));
  t.end();
});

test('who pauses least is chosen among what a user can choose: not the floor', (t) => {
  const [steady, hot] = summarise(madeUpLog()).scenarios;
  if (steady === undefined || hot === undefined) throw new Error('no scenarios');
  t.equal(verdictOf(steady)?.best.side, 'precopy');
  t.equal(verdictOf(steady)?.reference.side, 'virsh');
  t.equal(verdictOf(hot)?.best.side, 'precopy-post-copy');
  t.end();
});

test('two results are compared, and only what differs is said to differ', (t) => {
  const [before, again] = [madeUpLog(undefined, 1), madeUpLog(undefined, 2)];
  const same = compare(summarise(before), summarise(before), 1);
  t.ok(same.rows.length > 20);
  t.ok(same.rows.every(({ differs, ratio }) => !differs && ratio.value === 1));
  const slower = {
    ...again,
    runs: again.runs.map((logged) =>
      logged.side === 'precopy' ? { ...logged, run: madeUpRun(80 + logged.round) } : logged,
    ),
  };
  const { rows } = compare(summarise(before), summarise(slower), 1);
  const pause = rows.find(({ strategy, figure }) => strategy === 'precopy' && figure === 'pauseMs');
  t.match(pause, { differs: true });
  t.ok(pause !== undefined && pause.ratio.low > 1.5);
  t.match(comparisonText(compare(summarise(before), summarise(slower), 1)), /precopy · pause .* differs/);
  t.end();
});

test('a comparison says what is in one result alone, and where the machines differ', (t) => {
  const { runs, ...log } = madeUpLog();
  const machine = { processors: '2 × x', memoryBytes: 1, kernel: '6.1', node: 'v20', libvirt: '11.3.0' };
  const here = { ...log, runs, surroundings: { ...machine, where: 'lab', hosts: [], accelerator: 'tcg' } as const };
  const there = {
    ...here,
    runs: runs.filter(({ scenario }) => scenario === 'quick-steady'),
    surroundings: { ...here.surroundings, kernel: '6.9' },
  };
  const { surroundings, unmatched } = compare(summarise(here), summarise(there), 1);
  t.same(surroundings, [{ what: 'kernel', before: '6.1', after: '6.9' }]);
  t.ok(unmatched.some((line) => /quick-hot.*only before/.test(line)));
  t.end();
});

test('a ratio in words: no difference where none was seen', (t) => {
  const ratio = (value: number, low: number, high: number, level = 0.95) =>
    ratioInWords({ value, low, high, level, pairs: 10, smallestEffect: 0.1 });
  t.equal(ratio(1.1, 0.9, 1.2), 'no difference seen');
  t.equal(ratio(1.1, 1.05, 1.2), '10 % more');
  t.equal(ratio(0.25, 0.2, 0.3), '75 % less');
  t.equal(ratio(3.14, 3, 4), '3.1 times');
  t.match(ratio(3.14, 3.14, 3.14, 0), /too few/);
  t.end();
});

test("control's cost is what was taken beyond the time at rest", (t) => {
  const at = (seconds: number, ownMs: number, childrenMs: number, daemonsMs: number) => ({
    ...{ atNs: BigInt(seconds * 1e9), ownMs, childrenMs, daemonsMs },
  });
  const found = controlCost({ from: at(0, 0, 0, 0), to: at(2, 20, 5, 10) }, at(2, 20, 5, 10), at(6, 100, 35, 50));
  t.same(found, { clientMs: 70, daemonsMs: 40 }, '80 ms less 10 a second at rest, and 30 of a child');
  t.end();
});

test('a stop is read when it is off by 2 ms or 5 % at most, and what the machine was worth', (t) => {
  const noise = { maxMs: 2, p99Ms: 1 };
  t.match(reading([{ truthMs: 50, readMs: 52, noise }]), { isRead: true, errorMs: 2 });
  t.match(reading([{ truthMs: 50, readMs: 55, noise }]), { isRead: false });
  t.match(reading([{ truthMs: 500, readMs: 520, noise }]), { isRead: true });
  t.end();
});
