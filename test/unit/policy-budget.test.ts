import { test } from 'tap';
import {
  burst,
  compute,
  hot,
  idle,
  type Scenario,
  type SimulationResult,
  simulate,
  steady,
} from '../../lib/forecast/index.js';
import { type Action, type Budget, budget, type Policy } from '../../lib/policy/index.js';
import { MIB, viewOf } from './policy-traces.js';

/** 1 Gbit/s as it is seen in practice. */
const LINK = 117e6;
const FIXED_MS = 50;

/** The policy alone: what the engine does just before the stop is not its decision. */
const alone: Policy = { ...budget, settings: (situation) => ({ ...budget.settings(situation), softLanding: false }) };

function run(scenario: Pick<Scenario, 'workload'> & Partial<Scenario>): SimulationResult {
  return simulate({
    policy: alone,
    link: LINK,
    memoryBytes: 1024 * MIB,
    usedBytes: 350 * MIB,
    fixedPauseMs: FIXED_MS,
    endMs: 300_000,
    ...scenario,
  });
}

function kinds({ decisions }: SimulationResult): string[] {
  return decisions.map(({ action }) => action.kind);
}

test('what is due when it is asked for the first time is done then', (t) => {
  const late = viewOf({ elapsedMs: 5000, budget: { totalMs: 1000 }, escalate: ['abort'] });
  const { actions } = budget.decide(late, budget.initialState);
  t.match(actions, [{ kind: 'downtime-limit', limitMs: 1 }, { kind: 'abort' }]);
  t.end();
});

test('it starts with the lowest limit', (t) => {
  const { actions } = budget.decide(viewOf({ budget: { pauseMs: 100 } }), budget.initialState);
  t.match(actions, [{ kind: 'downtime-limit', limitMs: 1 }]);
  t.equal(budget.settings({ memoryTotalBytes: 1, diskTotalBytes: 0, budget: {}, escalate: [] }).downtimeLimitMs, 1);
  t.end();
});

test('idle: nothing more is needed, and the pause is the fixed cost of the stop', (t) => {
  // 350 MiB at 117 MB/s take 3.1 s, in which the guest dirties its whole set of 4 MiB: 36 ms. In these it dirties 44 KB: 0.4 ms, less than 1.
  const result = run({ workload: idle(), budget: { pauseMs: 60 }, escalate: ['post-copy', 'abort'] });
  t.match(result, { outcome: 'completed', passes: 2 });
  t.same(kinds(result), []);
  t.ok(result.pauseMs < FIXED_MS + 1, `${result.pauseMs}`);
  t.end();
});

test('steady 50 MB/s on 1 Gbit/s: each pass leaves 0.43 of the one before, and no limit has to be relaxed', (t) => {
  const result = run({
    workload: steady(50e6),
    budget: { pauseMs: 60, totalMs: 60_000 },
    escalate: ['throttle', 'post-copy', 'pause', 'abort'],
  });
  const strictly = run({
    workload: steady(50e6),
    policy: { ...alone, decide: (_view, state) => ({ state, actions: [], notes: [] }) },
  });
  t.match(result, { outcome: 'completed', isPostCopy: false, notes: [] });
  t.same(kinds(result), []);
  t.equal(result.totalMs, strictly.totalMs, 'as if nobody had been there');
  t.ok(result.pauseMs < FIXED_MS + 2);
  t.end();
});

test('hot, post-copy allowed: at the first boundary, where the rates already say that passes cannot help', (t) => {
  // 3.1 s for the first pass of 367 MB, in which 268 MB were dirtied again: 0.73 of what the link carries, and 2/3 are too much.
  const result = run({ workload: hot(), budget: { pauseMs: 60 }, escalate: ['post-copy', 'abort'] });
  t.same(kinds(result), ['post-copy']);
  t.match(result.decisions[0], { pass: 2 });
  t.equal(Math.round((result.decisions[0]?.atMs ?? 0) / 100), 31);
  t.match(result, { outcome: 'completed', isPostCopy: true, pauseMs: FIXED_MS });
  t.match(result.notes, [{ code: 'pause-budget', message: /2344 ms of pause, 60 ms are allowed/ }]);
  t.end();
});

test('hot, only a pause allowed: at a pass boundary, once patience is over, and no longer than one pass', (t) => {
  const result = run({ workload: hot(), budget: { pauseMs: 60 }, escalate: ['pause'] });
  t.same(kinds(result), ['pause']);
  // 256 MiB / 117 MB/s = 2294 ms, and 50 for the stop.
  t.ok(Math.abs(result.pauseMs - 2344) < 10, `${result.pauseMs}`);
  t.end();
});

test('hot, only a pause allowed, and a total: the last boundary from which it ends in time', (t) => {
  const result = run({ workload: hot(), budget: { pauseMs: 60, totalMs: 9000 }, escalate: ['pause', 'abort'] });
  t.same(kinds(result), ['pause']);
  t.ok(result.totalMs <= 9000, `${result.totalMs}`);
  t.end();
});

test('hot, only an abort allowed: with the reason, within the total', (t) => {
  const result = run({ workload: hot(), budget: { pauseMs: 60, totalMs: 20_000 }, escalate: ['abort'] });
  t.match(result, { outcome: 'aborted', lostMs: 0, pauseMs: 0 });
  t.ok(result.totalMs <= 20_000);
  t.match(result.decisions.at(-1)?.action, { kind: 'abort', reason: /60 ms are allowed/ });
  t.equal(result.notes[0]?.remedy, 'throttle', 'and what would have met it');
  t.end();
});

test('hot, nothing allowed: it says so at once and keeps the budget for the pause', (t) => {
  const result = run({ workload: hot(), budget: { pauseMs: 60 }, escalate: [] });
  t.equal(result.outcome, 'unfinished');
  t.match(result.notes, [{ code: 'pause-budget' }]);
  t.same(
    result.decisions.map(({ action }) => action.kind === 'downtime-limit' && action.limitMs),
    [10],
    '60 - 50',
  );
  t.end();
});

test('compute with the monitor: one throttle from the measured rates, and no groping', (t) => {
  // At the first boundary 256 MiB are dirty after 3.1 s: 85.6 MB/s, at least. Three times that, to be brought down to a third of the link:
  // 1 − 39/257 = 0.848, so 0.85, under which the guest dirties 317 × 0.15 = 48 MB/s.
  const settings = () => ({ postCopy: false, downtimeLimitMs: 1, notes: [] });
  const result = run({
    policy: { ...budget, settings },
    workload: compute(317e6, 256 * MIB),
    budget: { pauseMs: 60 },
    escalate: ['throttle'],
    monitor: true,
  });
  t.equal(result.outcome, 'completed');
  t.same(
    result.decisions
      .filter(({ action }) => action.kind === 'throttle')
      .map(({ action }) => action.kind === 'throttle' && action.throttle),
    [0.85],
  );
  t.ok(result.pauseMs <= 60, `${result.pauseMs}`);
  t.end();
});

test('compute with a forecast: the throttle is set at the start', (t) => {
  const situation = {
    memoryTotalBytes: 1024 * MIB,
    diskTotalBytes: 0,
    escalate: ['throttle'] as const,
    linkBytesPerSecond: LINK,
  };
  const settings = (dirtiedBytesPerSecond: number, within: Budget = {}) =>
    budget.settings({ ...situation, dirtiedBytesPerSecond, budget: within });
  // Under a throttle of 0.9 the guest sleeps for 90 ms at a time; 1 − 39/600 = 0.935 where a third of the link would not be reached otherwise.
  t.match(settings(317e6), { autoConverge: { initial: 0.9, increment: 0.1 } });
  t.match(settings(600e6), { autoConverge: { initial: 0.94 } });
  // No longer asleep than the 30 ms that it may stand still: 0.75, or what brings 317 MB/s down to a third of the link, 1 − 39/317 = 0.877.
  t.match(settings(140e6, { pauseMs: 30 }), { autoConverge: { initial: 0.75 } });
  t.match(settings(317e6, { pauseMs: 30 }), { autoConverge: { initial: 0.88 } });
  // 1 − 0.8 × 117/140 = 0.331 are needed; 50 MB/s are less than 0.8 × 117.
  t.match(settings(140e6, { slowdown: 0.4 }), { autoConverge: { initial: 0.4, increment: 0.01 } });
  t.match(settings(317e6, { slowdown: 0.3 }), {
    autoConverge: undefined,
    notes: [{ code: 'slowdown-budget', remedy: 'post-copy' }],
  });
  t.equal(settings(50e6).autoConverge, undefined);
  const ac = run({
    policy: {
      ...budget,
      settings: () => ({ postCopy: false, notes: [], autoConverge: { initial: 0.2, increment: 0.1 } }),
    },
    workload: compute(317e6, 256 * MIB),
  });
  const computed = run({
    workload: compute(317e6, 256 * MIB),
    escalate: ['throttle'],
    known: { linkBytesPerSecond: LINK, dirtiedBytesPerSecond: 317e6 },
  });
  t.ok(computed.totalMs < 0.45 * ac.totalMs, `${computed.totalMs} of ${ac.totalMs}`);
  t.ok(computed.lostMs < 0.45 * ac.lostMs, `${computed.lostMs} of ${ac.lostMs}`);
  t.end();
});

test('a link that was never measured is taken for a slow one: groping takes three times as long', (t) => {
  const situation = { memoryTotalBytes: 1024 * MIB, diskTotalBytes: 0, escalate: ['throttle'] as const };
  const settings = (dirtiedBytesPerSecond: number, within: Budget = {}) =>
    budget.settings({ ...situation, dirtiedBytesPerSecond, budget: within });
  t.match(settings(317e6), { autoConverge: { initial: 0.9, increment: 0.1 } });
  t.match(settings(317e6, { slowdown: 0.3 }), { autoConverge: { initial: 0.3, increment: 0.01 } });
  // It may be slower still, and then QEMU has to throttle such a guest as well.
  t.match(settings(20e6), { autoConverge: { initial: 0.2, increment: 0.1 } });
  t.match(budget.settings({ ...situation, budget: {} }), { autoConverge: { initial: 0.2, increment: 0.1 } });
  t.match(settings(317e6, { slowdown: 0.1 }), { autoConverge: undefined, notes: [{ code: 'slowdown-budget' }] });
  t.end();
});

test('a throttle that does not help is taken back', (t) => {
  const paced = { ...hot(), followsCpu: false };
  const settings = () => ({ postCopy: true, downtimeLimitMs: 1, notes: [] });
  const result = run({
    policy: { ...budget, settings },
    workload: paced,
    budget: { pauseMs: 60 },
    escalate: ['throttle', 'post-copy'],
    monitor: true,
  });
  t.same(kinds(result), ['throttle', 'throttle', 'post-copy']);
  t.match(result.decisions[1]?.action, { throttle: 0, reason: /of no use/ });
  const [set, takenBack] = result.decisions.map(({ pass }) => pass);
  t.equal(takenBack, Number(set) + 2, 'judged by a pass that ran under it from its start');
  t.end();
});

test('a throttle beyond the budget for the slowdown is not tried', (t) => {
  const settings = () => ({ postCopy: true, downtimeLimitMs: 1, notes: [] });
  const result = run({
    policy: { ...budget, settings },
    workload: compute(317e6, 256 * MIB),
    budget: { pauseMs: 60, slowdown: 0.1 },
    escalate: ['throttle', 'post-copy'],
    monitor: true,
  });
  t.same(kinds(result), ['post-copy']);
  t.match(
    result.notes.map(({ code }) => code),
    ['pause-budget', 'slowdown-budget'],
  );
  t.end();
});

test('a pause within the budget is taken where more passes do not help', (t) => {
  // 20 MiB rewritten without end: 179 ms to send, which a budget of 300 allows and one of 150 does not.
  const relaxed = run({ workload: hot(20 * MIB), budget: { pauseMs: 300 }, escalate: ['abort'] });
  t.equal(relaxed.outcome, 'completed');
  t.same(new Set(kinds(relaxed)), new Set(['downtime-limit']));
  t.ok(relaxed.pauseMs <= 300 && relaxed.pauseMs > 150, `${relaxed.pauseMs}`);
  t.equal(run({ workload: hot(20 * MIB), budget: { pauseMs: 150 }, escalate: ['abort'] }).outcome, 'aborted');
  t.end();
});

test('a burst is waited out, though a single pass within it looks hopeless', (t) => {
  const result = run({
    workload: burst(300e6, 2000, 3000),
    budget: { pauseMs: 60, totalMs: 60_000 },
    escalate: ['post-copy', 'abort'],
  });
  t.match(result, { outcome: 'completed' });
  t.ok(result.pauseMs <= 60);
  const short = run({
    workload: burst(300e6, 200, 3000),
    budget: { pauseMs: 60, totalMs: 20_000 },
    escalate: ['post-copy', 'abort'],
  });
  t.match(short, { outcome: 'completed', isPostCopy: false, notes: [] });
  t.end();
});

for (const pauseMs of [60, 150, 400]) {
  test(`a budget of ${pauseMs} ms holds at every steady rate that the link carries`, (t) => {
    for (let rate = 0; rate <= 110e6; rate += 10e6) {
      const result = run({ workload: steady(rate), budget: { pauseMs } });
      t.ok(result.outcome === 'completed' && result.pauseMs <= pauseMs, `${rate / 1e6} MB/s: ${result.pauseMs} ms`);
    }
    t.end();
  });
}

test('a budget below the fixed cost of a stop is refused in words at once', (t) => {
  const { notes } = budget.decide(viewOf({ budget: { pauseMs: 20 } }), budget.initialState);
  t.match(notes, [{ code: 'pause-budget', message: /a stop alone costs 50 ms, 20 ms are allowed/ }]);
  t.end();
});

test('a dead link ends in an abort at the end of the total, where that is allowed', (t) => {
  const result = run({
    workload: steady(50e6),
    link: [
      { fromMs: 0, bytesPerSecond: LINK },
      { fromMs: 2000, bytesPerSecond: 0 },
    ],
    budget: { totalMs: 30_000 },
    escalate: ['abort'],
  });
  t.match(result, { outcome: 'aborted' });
  t.ok(result.totalMs <= 30_000);
  t.end();
});

test('every action says why, in words and numbers', (t) => {
  const actions: Action[] = [hot(), compute(317e6), steady(140e6)].flatMap((workload) =>
    run({
      workload,
      budget: { pauseMs: 60, totalMs: 60_000 },
      escalate: ['throttle', 'post-copy', 'pause', 'abort'],
      monitor: true,
    }).decisions.map(({ action }) => action),
  );
  t.ok(actions.length > 0);
  for (const { kind, reason } of actions) t.match(reason, /\d/, kind);
  t.end();
});
