import type { Outcome, Owner } from '../migration/index.js';
import { type ForecastRow, forecastRows } from './forecast.js';
import { workPerSecond } from './observations.js';
import type { Run } from './run.js';
import { switchoverOf } from './switchover.js';

/** A figure against what was allowed. */
export interface Budgeted {
  readonly actual: number | undefined;
  readonly budget: number | undefined;
  /** Undefined where one of the two is not known. */
  readonly isWithinBudget: boolean | undefined;
}

/** Pages per second; undefined where nobody looked. */
export interface WorkRates {
  readonly before: number | undefined;
  readonly during: number | undefined;
  readonly after: number | undefined;
}

/** A run in figures; what the trace does not tell is undefined. */
export interface ReportFigures {
  readonly name: string;
  readonly domain: string | undefined;
  readonly policy: string | undefined;
  readonly startedAt: string | undefined;
  /** Undefined of a run that was cut off. */
  readonly outcome: Outcome | undefined;
  readonly owner: Owner | undefined;
  /** Stop to start, by both hosts' events on one clock; QEMU's own figure where those are missing. */
  readonly pauseMs: Budgeted;
  readonly qemuPauseMs: number | undefined;
  /** Stop to start, by both hosts' events on one clock. */
  readonly observedPauseMs: number | undefined;
  /** The guest's longest silence about the pause, as an observer outside heard it. */
  readonly outsidePauseMs: number | undefined;
  /** The guest's work, in pages per second, as seen from outside: before the first pass, in the passes, and after it ran again. */
  readonly workPagesPerSecond: WorkRates;
  readonly totalMs: Budgeted;
  /** The largest throttle, 0..1. */
  readonly slowdown: Budgeted;
  /** Guest work that the throttle took, in milliseconds of the whole guest. */
  readonly throttledMs: number;
  readonly sentBytes: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly passes: number;
  readonly decisions: number;
  readonly warnings: number;
  /** Samples in the trace. */
  readonly samples: number;
  readonly forecast: readonly ForecastRow[];
}

const known = new WeakMap<Run, ReportFigures>();

/** Computed once for each run: many parts of a page ask for them. */
export function figuresOf(run: Run): ReportFigures {
  const figures = known.get(run) ?? computeFigures(run);
  known.set(run, figures);
  return figures;
}

function computeFigures(run: Run): ReportFigures {
  const { header, connected, plan, end, samples } = run;
  const budget = header?.options.budget ?? {};
  const pause = end?.result.pause;
  const { slowdown, throttledMs } = throttleOf(run);
  const figures = {
    name: run.name,
    domain: connected?.domain.name ?? end?.result.domain.name ?? header?.options.domain,
    policy: plan?.policy ?? header?.options.policy,
    startedAt: header?.startedAt,
    outcome: end?.result.outcome,
    owner: end?.result.owner,
    pauseMs: budgeted(pause?.observedMs ?? pause?.qemuMs, budget.pauseMs),
    qemuPauseMs: pause?.qemuMs,
    observedPauseMs: pause?.observedMs,
    outsidePauseMs: pause?.outsideMs,
    workPagesPerSecond: workRatesOf(run),
    totalMs: budgeted(end?.result.totalMs, budget.totalMs),
    slowdown: budgeted(slowdown, budget.slowdown),
    throttledMs,
    // libvirt keeps no statistics of a job that was cancelled: the samples have them.
    sentBytes: end?.result.sentBytes || greatestOf(samples.processedBytes),
    memoryBytes: plan?.situation.memoryTotalBytes,
    passes: end?.result.passes ?? run.passes.length,
    decisions: run.decisions.length,
    warnings: run.warnings.length,
    samples: samples.atMs.length,
  };
  return { ...figures, forecast: forecastRows(run, figures) };
}

function workRatesOf(run: Run): WorkRates {
  const { observations, phases, lastMs } = run;
  const beginMs = phases.find(({ phase }) => phase === 'pre-copy')?.atMs ?? lastMs;
  const { stoppedAtMs = lastMs, resumedAtMs, blackout } = switchoverOf(run) ?? {};
  const againMs = blackout?.toMs ?? resumedAtMs;
  return {
    before: workPerSecond(observations, Number.NEGATIVE_INFINITY, beginMs),
    during: workPerSecond(observations, beginMs, stoppedAtMs),
    after: againMs === undefined ? undefined : workPerSecond(observations, againMs, Number.POSITIVE_INFINITY),
  };
}

function budgeted(actual: number | undefined, budget: number | undefined): Budgeted {
  return {
    actual,
    budget,
    isWithinBudget: actual === undefined || budget === undefined ? undefined : actual <= budget,
  };
}

/** The largest throttle and what it cost; the standstill of a guest that was suspended counts as pause, not as throttle. */
function throttleOf({ samples: { atMs, cpuShare } }: Run): { slowdown: number; throttledMs: number } {
  let [slowdown, throttledMs] = [0, 0];
  for (let index = 0; index < cpuShare.length; index += 1) {
    const share = cpuShare[index] ?? 0;
    if (share <= 0) continue;
    const here = atMs[index] ?? 0;
    slowdown = Math.max(slowdown, 1 - share);
    throttledMs += (1 - share) * ((atMs[index + 1] ?? here) - here);
  }
  return { slowdown, throttledMs };
}

function greatestOf(values: Float64Array): number | undefined {
  return values.length === 0 ? undefined : values.reduce((most, value) => Math.max(most, value), 0);
}
