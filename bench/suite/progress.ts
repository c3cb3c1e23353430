import type { LoggedRun } from './log.js';
import { type PlannedScenario, type Side, sidesOf } from './plan.js';
import type { SuiteScenario } from './scenario.js';

/** A strategy that fails so often is left out of the rest of its scenario. */
const MOST_FAILURES = 2;

/** Strategies that failed too often in a scenario. Pure. */
export function droppedSides(runs: readonly LoggedRun[], scenario: SuiteScenario): Set<Side> {
  const failed = (side: Side) =>
    runs.filter((run) => run.scenario === scenario.name && run.side === side && run.run.outcome === 'failed').length;
  return new Set(sidesOf(scenario).filter((side) => failed(side) >= MOST_FAILURES));
}

/** Rounds of which every side was measured, those that were dropped apart: half a round is made anew. Pure. */
export function doneRounds(runs: readonly LoggedRun[], { scenario, rounds }: PlannedScenario): Set<number> {
  const dropped = droppedSides(runs, scenario);
  const isDone = (round: number, side: Side) =>
    dropped.has(side) || runs.some((run) => run.scenario === scenario.name && run.round === round && run.side === side);
  return new Set([...rounds.keys()].filter((round) => sidesOf(scenario).every((side) => isDone(round, side))));
}
