import { test } from 'tap';
import {
  atMost,
  atMostTimes,
  clockError,
  evaluate,
  noDifference,
  shareAtMost,
  spread,
} from '../../bench/engine/bounds.js';
import { interleave } from '../../bench/engine/interleave.js';
import type { Figures, Run } from '../../bench/engine/run.js';
import { seededRandom } from '../../bench/statistics.js';

const NO_FIGURES: Figures = {
  pauseMs: undefined,
  outsideMs: undefined,
  totalMs: undefined,
  sentBytes: undefined,
  workLostMs: undefined,
};

function run(figures: Partial<Figures>, more: Partial<Run> = {}): Run {
  return {
    ...{ outcome: 'completed', reason: undefined, libvirtMs: undefined, engine: undefined, wasStopped: true, load: 0 },
    figures: { ...NO_FIGURES, ...figures },
    qemu: { pauseMs: undefined, parts: undefined },
    guest: { badPages: 0, clockWentBack: false },
    quiet: { p99Ms: 2, maxMs: 5, rejected: 0, isQuiet: true },
    ...more,
  };
}

const pauses = (...all: number[]) => all.map((pauseMs) => run({ pauseMs }));

test('pairs come as A B B A, and each side begins in some of them', (t) => {
  const order = interleave(['subject', 'reference'], 41, seededRandom(1));
  t.equal(order.length, 41);
  for (let index = 0; index + 1 < order.length; index += 2) {
    t.same(order[index + 1], [order[index]?.[1], order[index]?.[0]]);
  }
  const firsts = new Set(order.filter((_, index) => index % 2 === 0).map(([first]) => first));
  t.equal(firsts.size, 2);
  t.same(interleave(['subject', 'reference'], 41, seededRandom(1)), order, 'the same seed, the same order');
  t.end();
});

test('a ratio is that of the pairs, and a pair without one of its figures is left out', (t) => {
  const subject = [...pauses(10, 20, 30), run({})];
  const reference = [...pauses(100, 100, 100), ...pauses(1)];
  const found = evaluate('steady', atMostTimes('pauseMs', 0.18), { subject, reference }, seededRandom(1));
  t.match(found, { name: 'steady pause', value: 0.2, low: 0.1, high: 0.3, bound: 0.18, met: false });
  t.match(evaluate('steady', atMostTimes('outsideMs', 1), { subject, reference }, seededRandom(1)), {
    value: undefined,
    met: false,
  });
  t.end();
});

test('a null comparison is met when its interval contains 1', (t) => {
  const random = seededRandom(1);
  const reference = pauses(100, 100, 100, 100);
  t.equal(
    evaluate('null', noDifference('pauseMs'), { subject: pauses(90, 110, 95, 105), reference }, random).met,
    true,
  );
  t.equal(evaluate('null', noDifference('pauseMs'), { subject: pauses(70, 71, 72, 73), reference }, random).met, false);
  t.end();
});

test('what is bound without a reference is the subject alone', (t) => {
  const series = { subject: pauses(40, 50, 60), reference: [] };
  t.match(evaluate('hot', atMost('pauseMs', 60), series, seededRandom(1)), { value: 50, met: true });
  t.match(evaluate('hot', spread(1.5), series, seededRandom(1)), { value: 59 / 50, met: true });
  const long = shareAtMost('long', 0.05, ({ figures }) => (figures.pauseMs ?? 0) > 55);
  t.match(evaluate('hot', long, series, seededRandom(1)), { value: 1 / 3, met: false });
  t.end();
});

test("the clock's error is measured in what is allowed: 5 ms, or 5 % of a long pause", (t) => {
  const engine = (observedMs: number) => ({ observedMs, passes: 1, decisions: [], warnings: [] });
  const pair = (observedMs: number, pauseMs: number) =>
    run({}, { engine: engine(observedMs), qemu: { pauseMs, parts: undefined } });
  const found = evaluate(
    'steady',
    clockError,
    { subject: [pair(42, 40), pair(1020, 1000), run({})], reference: [] },
    seededRandom(1),
  );
  t.match(found, { value: 0.4, met: true }, 'the worst: 2 ms of 5 and 20 ms of 50');
  t.end();
});
