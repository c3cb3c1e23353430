import { formatTable } from '../../lib/cli/format.js';
import { formatShare } from '../../lib/format.js';
import type { FigureName } from '../engine/run.js';
import { type Estimate, seededRandom, smallestEffect, unpairedRatio } from '../statistics.js';
import { FIGURES, formatRatio } from './figures.js';
import type { ScenarioSummary, Summary } from './summary.js';

/** What differs between two results. */
export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /** What is not the same about the machines and hosts: a difference in the figures may come from there. */
  readonly surroundings: readonly { readonly what: string; readonly before: string; readonly after: string }[];
  /** Scenarios and strategies that are in one of them alone. */
  readonly unmatched: readonly string[];
}

export interface ComparisonRow {
  readonly scenario: string;
  readonly strategy: string;
  readonly figure: FigureName;
  readonly before: number;
  readonly after: number;
  /** After to before, by the medians, with its 95 % interval. */
  readonly ratio: Estimate;
  /** Distance from 1 that would have been seen four times of five. */
  readonly smallestEffect: number;
  /** Whether the interval leaves 1 out. */
  readonly differs: boolean;
}

/** Compares two results, strategy by strategy. Pure: the seed gives the same intervals each time. */
export function compare(before: Summary, after: Summary, seed: number): Comparison {
  const random = seededRandom(seed);
  const [ones, others] = [sidesOf(before), sidesOf(after)];
  const rows = [...ones].flatMap(([key, one]) => {
    const other = others.get(key);
    if (other === undefined) return [];
    return FIGURES.flatMap(({ name: figure }): ComparisonRow[] => {
      const [was, is] = [one.strategy.figures[figure], other.strategy.figures[figure]];
      // Nothing can be a multiple of a figure that is 0.
      if (was === undefined || is === undefined || was.median <= 0 || is.median <= 0) return [];
      const ratio = unpairedRatio(is.values, was.values, { random });
      return [
        {
          ...{ scenario: one.scenario.name, strategy: one.strategy.title, figure },
          ...{ before: was.median, after: is.median, ratio, smallestEffect: smallestEffect(ratio) },
          differs: ratio.low > 1 || ratio.high < 1,
        },
      ];
    });
  });
  const onlyIn = (mine: Map<string, unknown>, theirs: Map<string, unknown>, which: string) =>
    [...mine.keys()].filter((key) => !theirs.has(key)).map((key) => `${key}: only ${which}`);
  return {
    rows,
    surroundings: differences(before, after),
    unmatched: [...onlyIn(ones, others, 'before'), ...onlyIn(others, ones, 'after')],
  };
}

/** A comparison for a terminal; what differs first. */
export function comparisonText({ rows, surroundings, unmatched }: Comparison): string {
  const formats = new Map(FIGURES.map(({ name, ...figure }) => [name, figure]));
  const cells = [...rows]
    .sort((one, other) => Number(other.differs) - Number(one.differs))
    .map(({ scenario, strategy, figure, before, after, ratio, smallestEffect: least, differs }) => {
      const { title = figure, format = String } = formats.get(figure) ?? {};
      return [
        ...[`${scenario} · ${strategy} · ${title}`, format(before), format(after), formatRatio(ratio.value)],
        ...[`${formatRatio(ratio.low)} … ${formatRatio(ratio.high)}`, differs ? 'differs' : 'no difference seen'],
        formatShare(least),
      ];
    });
  const header = ['', 'before', 'after', 'ratio', '95 %', '', 'would have been seen from'];
  return [
    rows.length === 0 ? 'The two have nothing in common.' : formatTable(header, cells),
    ...surroundings.map(({ what, before, after }) => `not the same: ${what} was ${before}, is ${after}`),
    ...unmatched,
  ].join('\n');
}

type Strategies = Map<string, { scenario: ScenarioSummary; strategy: ScenarioSummary['strategies'][number] }>;

function sidesOf({ scenarios }: Summary): Strategies {
  return new Map(
    scenarios.flatMap((scenario) =>
      scenario.strategies.map((strategy) => [`${scenario.name} · ${strategy.title}`, { scenario, strategy }]),
    ),
  );
}

function differences(before: Summary, after: Summary): Comparison['surroundings'] {
  const [was, is] = [before.surroundings, after.surroundings].map(
    (all) => new Map(Object.entries(all ?? {}).map(inWords)),
  );
  return [...(was ?? [])].flatMap(([what, value]) => {
    const now = is?.get(what);
    return now === undefined || now === value ? [] : [{ what, before: value, after: now }];
  });
}

function inWords([key, value]: [string, unknown]): [string, string] {
  return [key, typeof value === 'string' ? value : JSON.stringify(value)];
}
