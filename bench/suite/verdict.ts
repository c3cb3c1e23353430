import { isEnough } from './ratio.js';
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

function pauseOf({ figures }: StrategySummary): number {
  return figures.pauseMs?.median ?? Number.POSITIVE_INFINITY;
}

function overlaps(one: StrategySummary, other: StrategySummary): boolean {
  const [mine, others] = [one.ratios.pauseMs, other.ratios.pauseMs];
  if ([mine, others].some((ratio) => ratio !== undefined && !isEnough(ratio))) return true;
  // The reference is once itself, without any doubt.
  return (others?.low ?? 1) <= (mine?.high ?? 1);
}
