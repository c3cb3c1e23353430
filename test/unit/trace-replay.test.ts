import { test } from 'tap';
import { compute, steady } from '../../lib/forecast/index.js';
import { type Action, type Ladder, policies, policyFromFunction } from '../../lib/policy/index.js';
import { type ReplayReport, readTrace, replay, simulatedTrace, type TraceEntry } from '../../lib/trace/index.js';
import { RECORDED, readAll, recorded } from '../support/traces.js';

const MEBIBYTE = 2 ** 20;

/** What was decided, as "seconds: recorded | replayed". */
function inWords({ steps }: ReplayReport): string[] {
  const words = (actions: readonly Action[]) =>
    actions.map(({ kind, reason: _reason, ...amount }) => [kind, ...Object.values(amount)].join(' '));
  return steps.map(
    ({ atMs, recorded, replayed }) =>
      `${(atMs / 1000).toFixed(1)}: ${words(recorded).join(', ')} | ${words(replayed).join(', ')}`,
  );
}

for (const { name, path } of RECORDED) {
  test(`${name}: the recorded policy decides the same again`, async (t) => {
    const report = await replay(readTrace(path));
    t.equal(report.recordedPolicy, report.replayedPolicy);
    t.same(
      report.steps.filter(({ isSame }) => !isSame),
      [],
    );
    t.ok(report.views > 10, `it was asked ${report.views} times`);
  });
}

for (const { name, path } of RECORDED) {
  test(`${name}: another policy is told of the passes that there were`, async (t) => {
    const entries = await readAll(path);
    const stop = entries.findIndex((entry) => entry.type === 'phase' && entry.phase === 'stop-and-copy');
    const before = stop < 0 ? entries : entries.slice(0, stop);
    let asked: { pass: number; elapsedMs: number } = { pass: 0, elapsedMs: 0 };
    const onlooker = policyFromFunction('onlooker', (view) => {
      asked = view;
      return [];
    });
    await replay(entries, onlooker);
    const plan = entries.find(({ type }) => type === 'plan');
    if (plan?.type === 'plan' && plan.can.autoConverge) {
      t.equal(asked.pass, before.filter(({ type }) => type === 'pass').length);
      return;
    }
    // Without auto-converge QEMU ends a pass with each sync. While the engine is at work the policy is not asked.
    const samples = before.flatMap((entry) =>
      entry.type === 'sample' && entry.memoryProcessedBytes > 0 ? [entry] : [],
    );
    const [first] = samples;
    const last = samples.findLast(({ atMs }) => atMs - (first?.atMs ?? 0) <= asked.elapsedMs);
    t.equal(asked.pass, 1 + (last?.syncs ?? 0) - (first?.syncs ?? 0));
  });
}

test('another policy is put beside the recorded one, and its own limits are in its views', async (t) => {
  const report = await replay(readTrace(recorded('simulated-steady')), 'nova');
  t.same(inWords(report), ['0.5:  | downtime-limit 50'], 'one step at the start, and not again at each view');
  t.match(report, { differences: 1, firstDifference: { atMs: 500, pass: 1 }, end: 'stopped' });
});

test('a policy may be a ladder', async (t) => {
  const impatient: Ladder = {
    name: 'impatient',
    rungs: [{ when: { pass: { atLeast: 2 } }, do: [{ action: 'downtime-limit', limitMs: 500 }] }],
  };
  const report = await replay(readTrace(recorded('steady')), impatient);
  t.match(report, { replayedPolicy: 'impatient', end: 'stopped' });
  t.match(inWords(report).at(-1), /downtime-limit 500$/);
});

test('a replay ends where the run would have become another one', async (t) => {
  const quitter = policyFromFunction('quitter', (view) =>
    view.pass >= 3 ? { kind: 'abort', reason: 'three passes are enough' } : [],
  );
  const report = await replay(readTrace(recorded('hot-aborted')), quitter);
  t.equal(report.end, 'forked');
  t.match(report.steps.at(-1), { pass: 3, replayed: [{ kind: 'abort' }], isSame: false });
});

test('a trace that was cut off is replayed up to the cut, and one without memory not at all', async (t) => {
  const entries = await readAll(recorded('hot-aborted'));
  const cut = entries.slice(
    0,
    entries.findIndex(({ type }) => type === 'abort'),
  );
  t.match(await replay(cut), { end: 'cut off', differences: 0 });
  t.match(await replay(entries.slice(0, 1)), { end: 'not begun', views: 0, steps: [] });
});

/** A simulated run, changed before it is replayed. */
const simulated = simulatedTrace({
  ...{ policy: policies.byName.nova, workload: steady(50e6), link: 118e6, memoryBytes: 512 * MEBIBYTE },
});

const changed = (change: (entry: TraceEntry) => TraceEntry[]): TraceEntry[] => simulated.flatMap(change);

test('what a hook decided is not held against the policy', async (t) => {
  const overridden = changed((entry) => {
    if (entry.type !== 'decision') return [entry];
    return [{ ...entry, by: 'hook', action: { kind: 'downtime-limit', limitMs: 77, reason: 'the hook' } }];
  });
  const report = await replay(overridden);
  t.match(report, { differences: 0, steps: [{ isOverridden: true }] });
});

test("what the engine does by itself is not the policy's", async (t) => {
  const decision = simulated.findIndex(({ type }) => type === 'decision');
  const landing: TraceEntry = {
    ...{ type: 'decision', atMs: simulated[decision]?.atMs ?? 0, by: 'landing', refusal: undefined },
    action: { kind: 'bandwidth', bytesPerSecond: 40e6, reason: 'the landing' },
  };
  const report = await replay(simulated.toSpliced(decision + 1, 0, landing), 'qemu');
  t.equal(report.differences, 0, 'at that view nobody was asked');
});

test('a decision that libvirt refused was one all the same', async (t) => {
  const refused = changed((entry) => (entry.type === 'decision' ? [{ ...entry, refusal: 'busy' }] : [entry]));
  t.match(await replay(refused), { differences: 0, steps: [{ isSame: true }] });
});

test('while the switchover is held, a policy may not do what would undo that', async (t) => {
  const held = changed((entry) =>
    entry.type === 'trace' ? [{ ...entry, options: { ...entry.options, hooks: ['beforeSwitchover'] } }] : [entry],
  );
  const hasty = policyFromFunction('hasty', () => [{ kind: 'switchover', reason: 'now' }]);
  const report = await replay(held, hasty);
  t.same(
    report.steps.flatMap(({ replayed }) => replayed),
    [],
  );
});

test('a policy that did not exist when it was recorded is named as unknown', async (t) => {
  const other = changed((entry) =>
    entry.type === 'trace' ? [{ ...entry, options: { ...entry.options, policy: 'tomorrow' } }] : [entry],
  );
  await t.rejects(replay(other), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', message: /"tomorrow"/ });
  t.match(await replay(other, 'qemu'), { recordedPolicy: 'tomorrow', replayedPolicy: 'qemu' });
});

test('what the throttle of a simulation did is replayed as well', async (t) => {
  const trace = simulatedTrace({
    ...{ policy: policies.byName.ovirt, workload: compute(177e6, 256 * MEBIBYTE), link: 118e6 },
    ...{ memoryBytes: 1024 * MEBIBYTE, budget: { totalMs: 60_000 }, escalate: ['throttle', 'abort'], monitor: true },
  });
  t.match(await replay(trace), { differences: 0 });
});
