import type { FigureName } from '../engine/run.js';
import type { ScenarioSummary, StrategySummary } from './summary.js';

/** Who pauses least in a scenario, of what a user can choose, and what that costs. */
export interface ScenarioVerdict {
  readonly best: StrategySummary;
  readonly reference: StrategySummary;
  /** Others that pause no longer as far as this can tell: their interval to the reference reaches into the best one's. */
  readonly ties: readonly StrategySummary[];
}

/** Undefined where nobody completed. Pure. */
export function verdictOf({ strategies }: ScenarioSummary): ScenarioVerdict | undefined {
  const choices = strategies.filter(({ role, figures }) => isChoice(role) && figures.pauseMs !== undefined);
  const [best, ...others] = choices.sort((one, other) => pauseOf(one) - pauseOf(other));
  const reference = strategies.find(({ role }) => role === 'reference');
  if (best === undefined || reference === undefined) return undefined;
  return { best, reference, ties: others.filter((other) => overlaps(best, other)) };
}

/** Whether a user could choose it: not the floor, nor the reference once more. */
export function isChoice(role: StrategySummary['role']): boolean {
  return role === 'reference' || role === 'contender';
}

/** A figure's median beside the reference's; undefined for the reference itself. */
export function ratioTo(strategy: StrategySummary, figure: FigureName): number | undefined {
  return strategy.ratios[figure]?.value;
}

function pauseOf({ figures }: StrategySummary): number {
  return figures.pauseMs?.median ?? Number.POSITIVE_INFINITY;
}

function overlaps(one: StrategySummary, other: StrategySummary): boolean {
  const [low, high] = [other.ratios.pauseMs?.low ?? 1, one.ratios.pauseMs?.high ?? 1];
  return low <= high;
}
