import { bootstrap, type Estimate, median, pairedRatio, proportion, quantile, type Random } from '../statistics.js';
import type { FigureName, Run } from './run.js';

/** The runs of a scenario. Those of one index were made beside each other; without a reference there is one side alone. */
export interface Series {
  subject: readonly Run[];
  reference: readonly Run[];
}

/** Something that is measured over a series and has a limit. */
export interface Bound {
  /** Follows the scenario's name. */
  readonly name: string;
  /** `at most`: the value is. `contains`: the interval does contain the limit, and nothing can be told from it. */
  readonly rule: 'at most' | 'contains';
  readonly limit: number;
  /** Undefined where no run has what it takes. */
  readonly measure: (series: Series, random: Random) => Estimate | undefined;
}

/** A bound after it was measured. */
export interface BoundResult {
  name: string;
  rule: Bound['rule'];
  bound: number;
  value: number | undefined;
  low: number | undefined;
  high: number | undefined;
  met: boolean;
}

const FIGURE_WORDS: Record<FigureName, string> = {
  pauseMs: 'pause',
  outsideMs: 'outside',
  totalMs: 'total',
  sentBytes: 'bytes',
  workLostMs: 'work lost',
};

/** The subject's figure is at most so many times the reference's: the median of the pairs' ratios. */
export function atMostTimes(figure: FigureName, limit: number): Bound {
  return {
    name: FIGURE_WORDS[figure],
    rule: 'at most',
    limit,
    measure: (series, random) => ratioOf(series, figure, random),
  };
}

/** Nothing is different: the interval of the ratio contains 1. */
export function noDifference(figure: FigureName): Bound {
  return { ...atMostTimes(figure, 1), rule: 'contains' };
}

/** The median of the subject's figure is at most so much. */
export function atMost(figure: FigureName, limit: number): Bound {
  return {
    name: `${FIGURE_WORDS[figure]} ${figure.endsWith('Ms') ? 'ms' : 'bytes'}`,
    rule: 'at most',
    limit,
    measure: ({ subject }, random) => estimate(valuesOf(subject, figure), median, random),
  };
}

/** No run of the subject's is above so much. */
export function neverAbove(figure: FigureName, limit: number): Bound {
  return {
    name: `longest ${FIGURE_WORDS[figure]} ms`,
    rule: 'at most',
    limit,
    measure: ({ subject }, random) => estimate(valuesOf(subject, figure), (values) => quantile(values, 1), random),
  };
}

/** The subject's worst pauses are at most so many times its usual one. */
export function spread(limit: number): Bound {
  return {
    name: 'pause p95 / median',
    rule: 'at most',
    limit,
    measure: ({ subject }, random) =>
      estimate(valuesOf(subject, 'pauseMs'), (values) => quantile(values, 0.95) / median(values), random),
  };
}

/** At most this share, 0..1, of the subject's runs is so. */
export function shareAtMost(name: string, limit: number, isSo: (run: Run) => boolean): Bound {
  return {
    name,
    rule: 'at most',
    limit,
    measure: ({ subject }) =>
      subject.length === 0 ? undefined : proportion(subject.filter(isSo).length, subject.length),
  };
}

/** How far the engine's pause may be from QEMU's: 5 ms or 5 %, whichever is more. 1 is that far. */
export const clockError: Bound = {
  name: 'clock error / allowed',
  rule: 'at most',
  limit: 1,
  measure: ({ subject }, random) => {
    const errors = subject.flatMap(({ engine, qemu }) => {
      if (engine?.observedMs === undefined || qemu.pauseMs === undefined) return [];
      return [Math.abs(engine.observedMs - qemu.pauseMs) / Math.max(5, qemu.pauseMs * 0.05)];
    });
    return estimate(errors, (values) => quantile(values, 1), random);
  },
};

/** Measures a bound. */
export function evaluate(scenario: string, bound: Bound, series: Series, random: Random): BoundResult {
  const found = bound.measure(series, random);
  const { rule, limit } = bound;
  return {
    name: `${scenario} ${bound.name}`,
    rule,
    bound: limit,
    value: found?.value,
    low: found?.low,
    high: found?.high,
    met: found !== undefined && (rule === 'at most' ? found.value <= limit : found.low <= limit && limit <= found.high),
  };
}

/** The figures of those runs that have one. */
export function valuesOf(runs: readonly Run[], figure: FigureName): number[] {
  return runs.flatMap(({ figures }) => {
    const value = figures[figure];
    return value === undefined ? [] : [value];
  });
}

function ratioOf({ subject, reference }: Series, figure: FigureName, random: Random): Estimate | undefined {
  const pairs = subject.flatMap((run, index) => {
    const [mine, other] = [run.figures[figure], reference[index]?.figures[figure]];
    return mine === undefined || other === undefined || other <= 0 ? [] : [{ subject: mine, reference: other }];
  });
  return pairs.length === 0 ? undefined : pairedRatio(pairs, { random });
}

function estimate(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  random: Random,
): Estimate | undefined {
  return values.length === 0 ? undefined : bootstrap(values, statistic, { random });
}
