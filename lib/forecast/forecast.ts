import type { Budget, Escalation, Policy } from '../policy/index.js';
import { type Interval, intervalOf, simulateMany } from './ensemble.js';
import type { Scenario, SimulationResult } from './simulation.js';
import { simulate } from './simulator.js';
import { type Ending, type VerdictKind, verdictOf } from './verdict.js';
import type { Workload } from './workload.js';

/** Where a figure comes from. */
export type Origin = 'given' | 'learnt' | 'probed' | 'measured' | 'assumed';

/** A figure, how well it is known, and why. */
export interface Known {
  readonly value: number;
  /** Relative standard deviation. */
  readonly deviation: number;
  readonly from: Origin;
}

/** All that is known of a guest and its way before the start. */
export interface Inputs {
  readonly memoryBytes: number;
  /** Memory that is not zero: what the first pass has to send, in bytes. */
  readonly used: Known;
  /** Speed of the memory stream, in bytes per second. */
  readonly link: Known;
  /** What the guest writes, in bytes per second, and where. */
  readonly dirtyRate: Known;
  readonly set: Known;
  readonly workload: Workload;
  /** What a sync of the dirty bitmap costs, where it is known to cost more than usual. */
  readonly syncCosts?: Pick<Scenario, 'syncMs' | 'stallMs'>;
  /** What a stop costs with nothing left to send, in milliseconds. */
  readonly fixedPause: Known;
  /** The same of the stop at which post-copy begins. */
  readonly postCopyPause: Known;
  /** Whether the guest was too busy for a soft landing when it was moved last. */
  readonly isKnownBusy: boolean;
  /** What comes before the first pass and after the end of the pause, in milliseconds. */
  readonly overhead: Known;
}

export interface ForecastRequest {
  readonly inputs: Inputs;
  readonly policy: Policy;
  readonly budget: Budget;
  readonly escalate: readonly Escalation[];
  /** Whether the throttle can be set in flight. */
  readonly monitor: boolean;
  readonly seed?: number;
}

/** What will become of a migration, each figure with the interval that holds it nine times out of ten. */
export interface Forecast {
  readonly verdict: VerdictKind;
  /** How many of the simulated runs came to the same verdict, 0..1. */
  readonly confidence: number;
  /** The throttle at the end, 0..1, where the verdict is `converges-throttled`. */
  readonly throttle: number | undefined;
  /** What would have to be allowed besides to stay within the budget; undefined where nothing more is needed, or nothing would help. */
  readonly remedy: Escalation | undefined;
  /** Of the runs that ended; undefined where none did. An aborted migration has no pause. */
  readonly passes: Interval;
  readonly sentBytes: Interval;
  readonly totalMs: Interval | undefined;
  readonly pauseMs: Interval | undefined;
  /** Guest work that the throttle takes, in milliseconds of the whole guest. */
  readonly lostMs: Interval;
  readonly inputs: Inputs;
  readonly policy: string;
  readonly budget: Budget;
  readonly escalate: readonly Escalation[];
}

/** Simulated for a forecast: enough that the ends of a nine-tenths interval hold still. */
const RUNS = 60;
/** Where nothing bounds the total, a migration that takes so much longer than to send the memory once does not end. */
const ENDLESS_TIMES = 20;
const ENDLESS_MS = 300_000;
/** Remedies in the order in which they are looked at: what costs the guest least comes first. */
const REMEDIES: readonly Escalation[] = ['throttle', 'post-copy'];

/** Forecasts a migration: simulates it with inputs drawn as they may really be, and counts the endings. Pure. */
export function forecastFrom(request: ForecastRequest): Forecast {
  const { inputs, policy, budget, escalate, seed = 1 } = request;
  const { link, dirtyRate, set, used, fixedPause, overhead } = inputs;
  const scenario = scenarioOf(request);
  const results = simulateMany(scenario, {
    spread: {
      link: link.deviation,
      dirtyRate: dirtyRate.deviation,
      set: set.deviation,
      used: used.deviation,
      fixedPause: fixedPause.deviation,
    },
    runs: RUNS,
    seed,
  });
  const verdicts = results.map((result) => verdictOn(result, budget, overhead.value));
  const verdict = verdictOn(simulate(scenario), budget, overhead.value);
  // Figures of runs that went another way say nothing about this one.
  const alike = results.filter((_, index) => verdicts[index] === verdict);
  const chosen = alike.length > 0 ? alike : results;
  const ended = chosen.filter(({ outcome }) => outcome !== 'unfinished');
  const paused = chosen.filter(({ outcome }) => outcome === 'completed');
  const of = (some: readonly SimulationResult[], figure: (result: SimulationResult) => number) =>
    intervalOf(some.map(figure));
  return {
    verdict,
    confidence: alike.length / results.length,
    throttle: verdict === 'converges-throttled' ? of(chosen, ({ throttle }) => throttle).expected : undefined,
    remedy: verdict === 'not-within-budget' ? remedyFor(request) : undefined,
    passes: of(chosen, ({ passes }) => passes),
    sentBytes: of(chosen, ({ sentBytes }) => sentBytes),
    totalMs:
      ended.length === 0
        ? undefined
        : withOverhead(
            of(ended, ({ totalMs }) => totalMs),
            overhead,
          ),
    pauseMs: paused.length === 0 ? undefined : of(paused, ({ pauseMs }) => pauseMs),
    lostMs: of(chosen, ({ lostMs }) => lostMs),
    inputs,
    policy: policy.name,
    budget,
    escalate,
  };
}

function scenarioOf({ inputs, policy, budget, escalate, monitor }: ForecastRequest): Scenario {
  const {
    memoryBytes,
    syncCosts = {},
    link,
    used,
    workload,
    fixedPause,
    postCopyPause,
    isKnownBusy,
    overhead,
  } = inputs;
  const endlessMs = Math.max(((ENDLESS_TIMES * used.value) / link.value) * 1000, ENDLESS_MS);
  const { totalMs } = budget;
  return {
    ...{ policy, workload, budget, escalate, monitor, memoryBytes },
    link: link.value,
    usedBytes: used.value,
    ...syncCosts,
    fixedPauseMs: fixedPause.value,
    postCopyPauseMs: postCopyPause.value,
    isKnownBusy,
    // Known to the policy from its own measurement, which it makes where it may throttle.
    isForecast: escalate.includes('throttle'),
    endMs: totalMs === undefined ? endlessMs : Math.max(totalMs + overhead.value, endlessMs),
  };
}

function verdictOn(result: SimulationResult, budget: Budget, overheadMs: number): VerdictKind {
  return verdictOf(endingOf(result, overheadMs), budget);
}

function endingOf(
  { outcome, isPostCopy, decisions, throttle, pauseMs, totalMs }: SimulationResult,
  overheadMs: number,
): Ending {
  return {
    ...{ isPostCopy, throttle, pauseMs },
    isCompleted: outcome === 'completed',
    isSuspended: decisions.some(({ action }) => action.kind === 'pause'),
    totalMs: totalMs + overheadMs,
  };
}

/** The escalation that would keep the budget if it were allowed besides, before those that are. */
function remedyFor(request: ForecastRequest): Escalation | undefined {
  const { budget, escalate, inputs } = request;
  return REMEDIES.filter((remedy) => !escalate.includes(remedy)).find((remedy) => {
    const result = simulate(scenarioOf({ ...request, escalate: [remedy, ...escalate] }));
    return verdictOn(result, budget, inputs.overhead.value) !== 'not-within-budget';
  });
}

function withOverhead({ low, expected, high }: Interval, { value, deviation }: Known): Interval {
  // 1.645 deviations hold nine tenths.
  const margin = 1.645 * deviation;
  return {
    low: low + value * Math.max(1 - margin, 0),
    expected: expected + value,
    high: high + value * (1 + margin),
  };
}
