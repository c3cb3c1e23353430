import fc from 'fast-check';
import { test } from 'tap';
import { type Scenario, type Segment, simulate, type Workload } from '../../lib/forecast/index.js';
import { type Action, ESCALATIONS, type Escalation, type Policy, policies } from '../../lib/policy/index.js';
import { POLICIES, type Seen, watched } from './policy-cases.js';
import { MIB } from './policy-traces.js';

const segment: fc.Arbitrary<Segment> = fc.record({
  durationMs: fc.integer({ min: 50, max: 20_000 }),
  bytesPerSecond: fc.oneof(fc.integer({ min: 0, max: 100e6 }), fc.integer({ min: 0, max: 5e9 })),
  setBytes: fc.integer({ min: 4096, max: 2048 * MIB }),
});

const workload: fc.Arbitrary<Workload> = fc.record({
  segments: fc
    .array(segment, { minLength: 1, maxLength: 5 })
    .map(([first, ...rest]) => [first ?? { durationMs: 1000, bytesPerSecond: 0, setBytes: 0 }, ...rest]),
  backgroundBytesPerSecond: fc.integer({ min: 0, max: 2e6 }),
  followsCpu: fc.boolean(),
  pattern: fc.constantFrom('random', 'sweep'),
});

const escalate: fc.Arbitrary<Escalation[]> = fc
  .subarray([...ESCALATIONS])
  .chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length }));

const scenario: fc.Arbitrary<Omit<Scenario, 'policy'>> = fc.record({
  workload,
  link: fc.oneof(
    fc.integer({ min: 1e6, max: 3e9 }),
    fc
      .tuple(
        fc.integer({ min: 1e6, max: 1e9 }),
        fc.integer({ min: 100, max: 20_000 }),
        fc.integer({ min: 0, max: 1e9 }),
      )
      .map(
        ([before, fromMs, after]) =>
          [
            { fromMs: 0, bytesPerSecond: before },
            { fromMs, bytesPerSecond: after },
          ] as const,
      ),
  ),
  memoryBytes: fc.integer({ min: MIB, max: 4096 * MIB }),
  budget: fc.record(
    {
      pauseMs: fc.integer({ min: 1, max: 5000 }),
      totalMs: fc.integer({ min: 1000, max: 60_000 }),
      slowdown: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: [] },
  ),
  escalate,
  monitor: fc.boolean(),
  isForecast: fc.boolean(),
  // A guest on the brink makes a pass in the time of each sync: long ones keep the number of decisions small.
  syncMs: fc.constant(20),
  endMs: fc.constant(70_000),
});

const anyPolicy = fc.integer({ min: 0, max: POLICIES.length - 1 });

function policyAt(index: number): Policy {
  return POLICIES[index] ?? policies.byName.qemu;
}

test('no policy ever sends a limit of 0, nor one beyond the range of libvirt, nor a fraction of a millisecond', (t) => {
  fc.assert(
    fc.property(anyPolicy, scenario, (index, rest) => {
      const seen: Seen[] = [];
      simulate({ ...rest, policy: watched(policyAt(index), seen) });
      return seen.every(({ actions }) =>
        actions.every(
          (action) =>
            action.kind !== 'downtime-limit' ||
            (Number.isInteger(action.limitMs) && action.limitMs >= 1 && action.limitMs <= 2_000_000),
        ),
      );
    }),
    { numRuns: 200 },
  );
  t.end();
});

test('no policy aborts, suspends or starts post-copy while post-copy is under way', (t) => {
  fc.assert(
    fc.property(anyPolicy, scenario, (index, rest) => {
      const seen: Seen[] = [];
      simulate({ ...rest, policy: watched(policyAt(index), seen) });
      // KubeVirt's downtime tuning goes on setting limits then, which harms nothing and is left out by the rules that hold for all.
      const harmless: Action['kind'][] = ['continue', 'bandwidth', 'downtime-limit'];
      return seen.every(
        ({ view, actions }) => !view.postCopyActive || actions.every(({ kind }) => harmless.includes(kind)),
      );
    }),
    { numRuns: 200 },
  );
  t.end();
});

test('nothing is done that is so already, nor is the same thing done twice in a row', (t) => {
  fc.assert(
    fc.property(anyPolicy, scenario, (index, rest) => {
      const { decisions } = simulate({ ...rest, policy: policyAt(index) });
      return decisions.every(({ action }, position) => {
        const previous = decisions[position - 1]?.action;
        const { reason: _reason, ...what } = action;
        const { reason: _before, ...before } = previous ?? { kind: 'continue' as const, reason: '' };
        return JSON.stringify(what) !== JSON.stringify(before);
      });
    }),
    { numRuns: 200 },
  );
  t.end();
});

/** Without the soft landing, during which the engine asks no policy for up to 1.5 s. */
const budgetAlone: Policy = {
  ...policies.byName.budget,
  settings: (situation) => ({ ...policies.byName.budget.settings(situation), softLanding: false }),
};

test('under a total and with an abort allowed the budget policy always ends, and in time unless it switched over', (t) => {
  fc.assert(
    fc.property(scenario, fc.integer({ min: 1000, max: 60_000 }), (rest, totalMs) => {
      const result = simulate({
        ...rest,
        policy: budgetAlone,
        budget: { ...rest.budget, totalMs },
        escalate: [...new Set<Escalation>([...(rest.escalate ?? []), 'abort'])],
      });
      const hasSwitched = result.isPostCopy || result.decisions.some(({ action }) => action.kind === 'pause');
      if (result.outcome === 'unfinished') return hasSwitched;
      return result.outcome === 'aborted' ? result.totalMs <= totalMs : true;
    }),
    { numRuns: 200 },
  );
  t.end();
});

test('the budget policy does only what was allowed', (t) => {
  fc.assert(
    fc.property(scenario, (rest) => {
      const seen: Seen[] = [];
      simulate({ ...rest, policy: watched(policies.byName.budget, seen) });
      const allowed: readonly string[] = [...(rest.escalate ?? []), 'downtime-limit'];
      return seen.every(({ actions }) => actions.every(({ kind }) => allowed.includes(kind)));
    }),
    { numRuns: 200 },
  );
  t.end();
});

test('the budget policy throttles no more than the budget for the slowdown, and escalates at pass boundaries alone', (t) => {
  fc.assert(
    fc.property(scenario, (rest) => {
      const seen: Seen[] = [];
      simulate({ ...rest, policy: watched(policies.byName.budget, seen) });
      return seen.every(({ view, actions }) =>
        actions.every((action) => {
          if (action.kind === 'throttle') return view.atPassBoundary && action.throttle <= (rest.budget?.slowdown ?? 1);
          return (action.kind !== 'post-copy' && action.kind !== 'pause') || view.atPassBoundary;
        }),
      );
    }),
    { numRuns: 200 },
  );
  t.end();
});

test('the same views lead to the same decisions, even when the state went through JSON between them', (t) => {
  fc.assert(
    fc.property(anyPolicy, scenario, (index, rest) => {
      const seen: Seen[] = [];
      const policy = policyAt(index);
      simulate({ ...rest, endMs: 20_000, policy: watched(policy, seen) });
      let { initialState: state } = policy;
      return seen.every(({ view, actions }) => {
        const decision = policy.decide(view, JSON.parse(JSON.stringify(state)));
        ({ state } = decision);
        return JSON.stringify(decision.actions) === JSON.stringify(actions);
      });
    }),
    { numRuns: 150 },
  );
  t.end();
});

test('a policy leaves the state that it was given as it was', (t) => {
  fc.assert(
    fc.property(anyPolicy, scenario, (index, rest) => {
      const policy = policyAt(index);
      const frozen: Policy = {
        ...policy,
        initialState: deepFreeze(policy.initialState),
        decide: (view, state) => policy.decide(view, deepFreeze(state)),
      };
      simulate({ ...rest, endMs: 20_000, policy: frozen });
      return true;
    }),
    { numRuns: 100 },
  );
  t.end();
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
