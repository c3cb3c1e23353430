import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../../lib/lab/index.js';
import type { Run } from '../engine/run.js';
import type { Stage } from '../engine/stage.js';
import { Troupe } from '../engine/troupe.js';
import type { LoggedRun } from './log.js';
import { type PlannedScenario, type Side, strategyOf } from './plan.js';
import { droppedSides } from './progress.js';
import type { LinkPlan, SuiteScenario } from './scenario.js';

/** What a first round takes at least, in milliseconds. */
const FIRST_ROUND_MS = 30_000;

export interface PlayOptions {
  /** What was measured before, and the rounds of this scenario that are complete in it. */
  before: readonly LoggedRun[];
  done: ReadonlySet<number>;
  /** No round begins when it would probably end after this moment of `performance.now()`. */
  untilMs: number;
  signal: AbortSignal;
  /** Told of each run that is part of the plan. */
  onRun: (run: LoggedRun) => void;
  /** Told of every run in words, warm-ups included. */
  onProgress: (title: string, run: Run, note: string) => void;
}

/** Measures a scenario in the lab. Gives how many rounds there was no time for. */
export async function play(stage: Stage, planned: PlannedScenario, options: PlayOptions): Promise<number> {
  const { scenario, rounds } = planned;
  const left = [...rounds.entries()].filter(([round]) => !options.done.has(round));
  if (left.length === 0) return 0;
  const { lab } = stage;
  const { setting } = scenario;
  if (setting === undefined) throw new TypeError(`${scenario.name} is not for the lab.`);
  await lab.link.shape({ bitsPerSecond: setting.link.bitsPerSecond });
  await using troupe = new Troupe(stage, {
    ...{ guest: setting.guest, deadlineMs: scenario.deadlineMs, warmUpBy: strategyOf(scenario, warmUpSide(scenario)) },
    // No forecast knows that the link will change.
    isForecast: setting.link.change === undefined,
    beside: (signal) => changeLink(lab, setting.link, signal),
    signal: options.signal,
    onRun: options.onProgress,
  });
  const runs = [...options.before];
  // A first round has the warm-ups with it, and nobody knows yet what a round takes.
  let longestMs = FIRST_ROUND_MS;
  for (const [index, [round, sides]] of left.entries()) {
    const startMs = performance.now();
    if (startMs + longestMs > options.untilMs) return left.length - index;
    for (const side of sides) {
      if (droppedSides(runs, scenario).has(side)) continue;
      const run = await troupe.play(strategyOf(scenario, side), `${round + 1}/${rounds.length}`);
      const logged = { scenario: scenario.name, side, round, run };
      runs.push(logged);
      options.onRun(logged);
    }
    longestMs = Math.max(index === 0 ? 0 : longestMs, performance.now() - startMs);
  }
  return 0;
}

/** The engine warms guests up where it is among the strategies: it learns meanwhile. */
function warmUpSide(scenario: SuiteScenario): Side {
  const isEngine = (side: Side) => strategyOf(scenario, side).by === 'engine';
  return scenario.strategies.find(isEngine) ?? scenario.strategies[0];
}

/** The longest time that a timer can wait, in milliseconds: some days. */
const FOREVER_MS = 2 ** 31 - 1;

/** Changes the link in mid-run, and back when the run is over. */
async function changeLink(lab: Lab, { bitsPerSecond, change }: LinkPlan, signal: AbortSignal): Promise<void> {
  if (change === undefined) return;
  if (!(await passed(change.afterMs, signal))) return; // it was over before
  if ('cutForMs' in change) {
    await lab.link.cut();
    await passed(change.cutForMs, signal);
    await lab.link.restore();
  } else {
    await lab.link.shape({ bitsPerSecond: change.bitsPerSecond });
    await passed(FOREVER_MS, signal);
    await lab.link.shape({ bitsPerSecond });
  }
}

/** Waits so long, or until the signal. Gives whether the time has passed. */
async function passed(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return delay(milliseconds, true, { signal }).catch(() => false);
}
