import type { Random } from '../statistics.js';
import { type BoundResult, evaluate, type Series } from './bounds.js';
import { interleave } from './interleave.js';
import type { Run } from './run.js';
import type { Scenario } from './scenario.js';
import type { Stage } from './stage.js';
import { nameOf, type Strategy } from './strategy.js';
import { Troupe } from './troupe.js';

/** So many migrations of a scenario may fail and be repeated; then it ends with what it has. */
const MOST_FAILURES = 3;

type Turn = keyof Series;

export interface PerformOptions {
  repeats: number;
  random: Random;
  signal: AbortSignal;
  /** Told of each run. */
  onRun: (strategy: string, run: Run, note: string) => void;
}

/** A scenario after it was measured. */
export interface Performance {
  name: string;
  about: string;
  subject: string;
  reference: string | undefined;
  series: Series;
  /** Of migrations that did not end as they were meant to; they were repeated, and are in no figure. */
  failures: string[];
  bounds: BoundResult[];
}

/** Measures one scenario from the start of its guests to their end. */
export async function perform(stage: Stage, scenario: Scenario, options: PerformOptions): Promise<Performance> {
  const { repeats, random, signal, onRun } = options;
  const { name, about, bounds, guest, deadlineMs } = scenario;
  const subject: Run[] = [];
  const reference: Run[] = [];
  const failures: string[] = [];
  await using troupe = new Troupe(stage, { guest, warmUpBy: scenario.subject, deadlineMs, signal, onRun });
  const sides: Turn[] = scenario.reference === undefined ? ['subject'] : ['subject', 'reference'];
  for (const [index, turns] of interleave(sides, repeats, random).entries()) {
    const runs: Partial<Record<Turn, Run>> = {};
    for (const turn of turns) {
      const strategies = [scenario[turn] ?? []].flat();
      const strategy = strategies[index % strategies.length];
      if (strategy === undefined) throw new TypeError(`${name} has no ${turn}.`);
      const run = await playUntilItWorks(troupe, strategy, `${index + 1}/${repeats}`, failures);
      if (run !== undefined) runs[turn] = run;
    }
    // Half a pair is none.
    if (turns.some((turn) => runs[turn] === undefined)) break;
    if (runs.subject !== undefined) subject.push(runs.subject);
    if (runs.reference !== undefined) reference.push(runs.reference);
  }
  const series = { subject, reference };
  return {
    ...{ name, about, series, failures },
    subject: nameOf(scenario.subject),
    reference: scenario.reference && [scenario.reference].flat().map(nameOf).join(', '),
    bounds: bounds.map((bound) => evaluate(name, bound, series, random)),
  };
}

/** Measures one side once; undefined when too many migrations have failed. */
async function playUntilItWorks(
  troupe: Troupe,
  strategy: Strategy,
  note: string,
  failures: string[],
): Promise<Run | undefined> {
  while (failures.length < MOST_FAILURES) {
    const run = await troupe.play(strategy, note);
    if (run.outcome !== 'failed') return run;
    failures.push(`${nameOf(strategy)}: ${run.reason}`);
  }
  return undefined;
}
