import type { FigureName, PauseParts, Run } from '../engine/run.js';
import { nameOf } from '../engine/strategy.js';
import { median, type Pair, quantile, type Random, seededRandom } from '../statistics.js';
import { type ForecastSummary, summariseForecasts } from './forecasts.js';
import type { Log, LoggedRun } from './log.js';
import { type Mode, NULL_SIDE, type Side, sidesOf, strategyOf, titleOf, unfold } from './plan.js';
import { type Ratio, ratioOf } from './ratio.js';
import type { Setting, SuiteScenario } from './scenario.js';
import type { SelfTest } from './self-test.js';
import { FLOOR } from './strategies.js';
import type { Surroundings } from './surroundings.js';

export const FIGURE_NAMES: readonly FigureName[] = ['pauseMs', 'outsideMs', 'totalMs', 'sentBytes', 'workLostMs'];

/** A benchmark's result, as it is in its JSON file. */
export interface Summary {
  readonly version: 1;
  readonly startedAt: string;
  readonly mode: Mode;
  readonly seed: number;
  readonly surroundings: Surroundings | undefined;
  /** The pause of a strategy beside itself, over all scenarios that measure that; null where none does. */
  readonly nullComparison: Ratio | null;
  readonly selfTest: SelfTest | undefined;
  /** Null where nothing was forecast. */
  readonly forecast: ForecastSummary | null;
  readonly scenarios: readonly ScenarioSummary[];
}

export interface ScenarioSummary {
  readonly name: string;
  readonly about: string;
  readonly setting: Setting | undefined;
  readonly budget: SuiteScenario['budget'];
  readonly strategies: readonly StrategySummary[];
}

/** One strategy in one scenario. The first one is what the others are compared with. */
export interface StrategySummary {
  readonly side: Side;
  readonly title: string;
  /** With all its flags and options. */
  readonly exactly: string;
  /** `floor`: no choice that a user has. `null`: the reference once more. */
  readonly role: 'reference' | 'contender' | 'floor' | 'null';
  readonly runs: number;
  /** Of these runs; the figures are of them alone. */
  readonly completed: number;
  /** Why the others did not complete. */
  readonly reasons: readonly string[];
  readonly figures: { readonly [Name in FigureName]?: Distribution };
  /** To the reference, of runs in the same round. */
  readonly ratios: { readonly [Name in FigureName]?: Ratio };
  /** Medians. */
  readonly parts: PauseParts | undefined;
  readonly libvirtPauseMs: number | undefined;
  readonly control: { readonly clientMs: number; readonly daemonsMs: number | undefined } | undefined;
  readonly serviceP99Ms: number | undefined;
  /** Runs before which the machine would not become quiet. */
  readonly noisy: number;
  /** Runs after which the guest found a page wrong, or its clock behind. */
  readonly hurt: number;
}

export interface Distribution {
  readonly median: number;
  readonly p95: number;
  /** In the order in which they were measured. */
  readonly values: readonly number[];
}

/** Sums a benchmark up, finished or not. Pure: the seed gives the same intervals each time. */
export function summarise(log: Log): Summary {
  const { plan, startedAt, surroundings, selfTest, runs } = log;
  const random = seededRandom(plan.seed);
  const scenarios = unfold(plan).map(({ scenario }) => scenario);
  const nulls = scenarios.flatMap((scenario) => {
    return pairsOf(ofScenario(runs, scenario), NULL_SIDE, scenario.strategies[0], 'pauseMs');
  });
  return {
    ...{ version: 1, startedAt, mode: plan.mode, seed: plan.seed, surroundings, selfTest },
    nullComparison: ratioOf(nulls, random) ?? null,
    forecast: summariseForecasts(runs) ?? null,
    scenarios: scenarios.flatMap((scenario) => {
      const mine = ofScenario(runs, scenario);
      return mine.length === 0 ? [] : [summariseScenario(scenario, mine, random)];
    }),
  };
}

function summariseScenario(scenario: SuiteScenario, runs: readonly LoggedRun[], random: Random): ScenarioSummary {
  const { name, about, setting, budget } = scenario;
  const strategies = sidesOf(scenario).map((side) => summariseSide(scenario, side, runs, random));
  return { name, about, setting, budget, strategies };
}

function summariseSide(
  scenario: SuiteScenario,
  side: Side,
  all: readonly LoggedRun[],
  random: Random,
): StrategySummary {
  const runs = all.filter((logged) => logged.side === side).map(({ run }) => run);
  const completed = runs.filter(({ outcome }) => outcome === 'completed');
  const [reference] = scenario.strategies;
  const ratio = (figure: FigureName) => ratioOf(pairsOf(all, side, reference, figure), random);
  const controls = completed.flatMap(({ control }) => control ?? []);
  return {
    ...{
      side,
      title: titleOf(scenario, side),
      exactly: nameOf(strategyOf(scenario, side)),
      role: roleOf(side, reference),
    },
    ...{ runs: runs.length, completed: completed.length },
    reasons: [...new Set(runs.flatMap(({ outcome, reason }) => (outcome === 'completed' ? [] : [reason ?? outcome])))],
    figures: byFigure((figure) => distribution(valuesOf(completed, figure))),
    ratios: side === reference ? {} : byFigure(ratio),
    parts: medianParts(completed.flatMap(({ qemu }) => qemu.parts ?? [])),
    libvirtPauseMs: medianOf(completed.map(({ libvirtMs }) => libvirtMs)),
    control:
      controls.length === 0
        ? undefined
        : {
            clientMs: median(controls.map(({ clientMs }) => clientMs)),
            daemonsMs: medianOf(controls.map(({ daemonsMs }) => daemonsMs)),
          },
    serviceP99Ms: medianOf(completed.map(({ service }) => service?.p99Ms)),
    noisy: runs.filter(({ quiet }) => quiet?.isQuiet === false).length,
    hurt: runs.filter(({ guest }) => guest.badPages > 0 || guest.clockWentBack).length,
  };
}

function roleOf(side: Side, reference: Side): StrategySummary['role'] {
  if (side === NULL_SIDE) return 'null';
  if (side === reference) return 'reference';
  return side === FLOOR ? 'floor' : 'contender';
}

function ofScenario(runs: readonly LoggedRun[], { name }: SuiteScenario): LoggedRun[] {
  return runs.filter(({ scenario }) => scenario === name);
}

/** Runs of both in the same round, as far as both completed and have the figure. */
function pairsOf(runs: readonly LoggedRun[], subject: Side, reference: Side, figure: FigureName): Pair[] {
  const find = (round: number, side: Side) => {
    const found = runs.find((logged) => logged.round === round && logged.side === side)?.run;
    return found?.outcome === 'completed' ? found.figures[figure] : undefined;
  };
  return runs
    .filter(({ side }) => side === subject)
    .flatMap(({ round }) => {
      const [mine, other] = [find(round, subject), find(round, reference)];
      return mine == null || other == null || mine <= 0 || other <= 0 ? [] : [{ subject: mine, reference: other }];
    });
}

function distribution(values: readonly number[]): Distribution | undefined {
  return values.length === 0 ? undefined : { median: median(values), p95: quantile(values, 0.95), values };
}

function valuesOf(runs: readonly Run[], figure: FigureName): number[] {
  // What was undefined is gone from a log.
  return runs.flatMap(({ figures }) => figures[figure] ?? []);
}

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const there = values.flatMap((value) => value ?? []);
  return there.length === 0 ? undefined : median(there);
}

function medianParts(parts: readonly PauseParts[]): PauseParts | undefined {
  if (parts.length === 0) return undefined;
  const of = (name: keyof PauseParts) => median(parts.map((part) => part[name]));
  return { stopMs: of('stopMs'), answerMs: of('answerMs'), transferMs: of('transferMs'), finishMs: of('finishMs') };
}

function byFigure<Value>(make: (figure: FigureName) => Value | undefined): { [Name in FigureName]?: Value } {
  const found: { [Name in FigureName]?: Value } = {};
  for (const figure of FIGURE_NAMES) {
    const value = make(figure);
    if (value !== undefined) found[figure] = value;
  }
  return found;
}

/**
 * A result from its JSON file.
 *
 * @throws TypeError or SyntaxError when it is none
 */
export function readSummary(text: string): Summary {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) {
    throw new TypeError('it is not the result of a benchmark, or of another version');
  }
  // The version says that the rest is of this shape, as we wrote it.
  return value as Summary;
}
