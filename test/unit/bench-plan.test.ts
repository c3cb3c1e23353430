import { test } from 'tap';
import { interleave } from '../../bench/engine/interleave.js';
import { seededRandom } from '../../bench/statistics.js';
import { NULL_SIDE, scenariosOf, strategyOf, titleOf, unfold } from '../../bench/suite/plan.js';
import { doneRounds, droppedSides } from '../../bench/suite/progress.js';
import { ALL } from '../../bench/suite/scenarios.js';
import { STRATEGY_NAMES } from '../../bench/suite/strategies.js';
import { madeUpLog, madeUpRun, QUICK_PLAN } from '../support/suite-logs.js';

test('every round has every strategy once, and the next one has them the other way round', (t) => {
  const sides = ['a', 'b', 'c', 'd'];
  const order = interleave(sides, 20, seededRandom(1));
  t.equal(order.length, 20);
  for (const [index, round] of order.entries()) {
    t.same([...round].sort(), sides);
    if (index % 2 === 1) t.same(round, order[index - 1]?.toReversed());
  }
  t.ok(new Set(order.map(([first]) => first)).size > 2, 'not always the same begins');
  t.end();
});

test('the same plan unfolds into the same runs, another seed into others', (t) => {
  const orderOf = (seed: number) => unfold({ ...QUICK_PLAN, seed }).map(({ rounds }) => rounds);
  t.same(orderOf(1), orderOf(1));
  t.notSame(orderOf(1), orderOf(2));
  t.end();
});

test('a quick benchmark has a null comparison, virsh with each of its escalations, and the floor', (t) => {
  const sides = new Set(unfold(QUICK_PLAN).flatMap(({ rounds }) => rounds.flat()));
  for (const side of [NULL_SIDE, 'virsh', 'virsh-auto-converge', 'virsh-postcopy', 'virsh-suspend', 'qmp', 'precopy'])
    t.ok(sides.has(side as typeof NULL_SIDE), side);
  t.ok(
    unfold({ ...QUICK_PLAN, mode: 'full', scenarios: scenariosOf('full') }).every(({ rounds }) => rounds.length >= 10),
    'and a full one at least ten rounds of everything',
  );
  t.end();
});

test('names are unique, and each strategy can be made for each scenario', (t) => {
  t.equal(new Set(ALL.map(({ name }) => name)).size, ALL.length);
  for (const scenario of ALL) {
    for (const name of STRATEGY_NAMES) t.ok(strategyOf(scenario, name).by);
    t.match(titleOf(scenario, NULL_SIDE), /again/);
  }
  t.end();
});

test('--against puts others beside the reference, which stays', (t) => {
  const [planned] = unfold({ ...QUICK_PLAN, scenarios: ['quick-steady'], against: ['nova', 'virsh'], rounds: 2 });
  t.same(planned?.scenario.strategies, ['virsh', 'nova']);
  t.equal(planned?.rounds.length, 2);
  t.end();
});

test('an unknown scenario, as of another version, is refused with those there are', (t) => {
  t.throws(() => unfold({ ...QUICK_PLAN, scenarios: ['gone'] }), { code: 'ERR_PRECOPY_INVALID_ARGUMENT' });
  t.end();
});

test('a benchmark that goes on makes the rounds that are not complete, and no others', (t) => {
  const { plan, runs } = madeUpLog();
  for (const planned of unfold(plan)) {
    t.same([...doneRounds(runs, planned)], [...planned.rounds.keys()], 'nothing is left of a finished one');
    const cut = runs.filter(({ round, side }) => round < 2 && !(round === 1 && side.startsWith('precopy')));
    t.same([...doneRounds(cut, planned)], [0], 'half a round is none');
  }
  t.end();
});

test('a strategy that has failed twice is left out, and its rounds are complete without it', (t) => {
  const [planned] = unfold(QUICK_PLAN);
  if (planned === undefined) throw new Error('no scenario');
  const failed = madeUpRun(1, { outcome: 'failed' });
  const runs = madeUpLog().runs.flatMap((logged) => {
    if (logged.side !== 'precopy') return logged;
    return logged.round < 2 ? { ...logged, run: failed } : [];
  });
  t.same([...droppedSides(runs, planned.scenario)], ['precopy']);
  t.equal(doneRounds(runs, planned).size, planned.rounds.length);
  t.end();
});
