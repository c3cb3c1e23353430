import type { Random } from '../statistics.js';
import { type BoundResult, evaluate, type Series } from './bounds.js';
import { Cast } from './cast.js';
import { interleave, type Turn } from './interleave.js';
import { measure } from './measure.js';
import type { Run } from './run.js';
import type { Scenario } from './scenario.js';
import type { Stage } from './stage.js';
import { nameOf } from './strategy.js';

/** The first migrations of a guest differ, and the engine learns of the two hosts: there and back. */
const WARM_UPS = 2;

/** So many migrations of a scenario may fail and be repeated; then it ends with what it has. */
const MOST_FAILURES = 3;

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
  const { repeats, random } = options;
  const { name, about, bounds } = scenario;
  const subject: Run[] = [];
  const reference: Run[] = [];
  await using troupe = new Troupe(stage, scenario, options);
  const order: Turn[][] =
    scenario.reference === undefined ? Array.from({ length: repeats }, () => ['subject']) : interleave(repeats, random);
  for (const [index, turns] of order.entries()) {
    const runs: Partial<Record<Turn, Run>> = {};
    for (const turn of turns) {
      const run = await troupe.play(turn, `${index + 1}/${repeats}`);
      if (run !== undefined) runs[turn] = run;
    }
    // Half a pair is none.
    if (turns.some((turn) => runs[turn] === undefined)) break;
    if (runs.subject !== undefined) subject.push(runs.subject);
    if (runs.reference !== undefined) reference.push(runs.reference);
  }
  const series = { subject, reference };
  return {
    ...{ name, about, series, failures: troupe.failures },
    subject: nameOf(scenario.subject),
    reference: scenario.reference && nameOf(scenario.reference),
    bounds: bounds.map((bound) => evaluate(name, bound, series, random)),
  };
}

/** Plays turns: warms guests up before the first one, and repeats what failed with a new guest. */
class Troupe implements AsyncDisposable {
  readonly failures: string[] = [];
  readonly #cast: Cast;
  readonly #options: PerformOptions;
  readonly #deadlineMs: number;
  readonly #warm = new Set<string>();

  constructor(stage: Stage, scenario: Scenario, options: PerformOptions) {
    this.#cast = new Cast(stage, scenario, options.signal);
    this.#options = options;
    this.#deadlineMs = scenario.deadlineMs;
  }

  /** Measures one side once; undefined when too many migrations have failed. */
  async play(turn: Turn, note: string): Promise<Run | undefined> {
    while (this.failures.length < MOST_FAILURES) {
      const run = (await this.#warmUp(turn)) ? await this.#once(turn, note) : undefined;
      if (run !== undefined) return run;
    }
    return undefined;
  }

  /** Moves the turn's guest there and back where that was not done yet; false when that failed. */
  async #warmUp(turn: Turn): Promise<boolean> {
    const { guest } = await this.#cast.contender(turn);
    if (this.#warm.has(guest.name)) return true;
    // The subject learns while it warms up; a reference that shares its guest learns nothing.
    const mover = (await this.#cast.contender('subject')).guest === guest ? 'subject' : turn;
    for (let count = 0; count < WARM_UPS; count += 1) {
      if ((await this.#once(mover, 'warm-up')) === undefined) return false;
    }
    this.#warm.add(guest.name);
    return true;
  }

  async #once(turn: Turn, note: string): Promise<Run | undefined> {
    const { signal, onRun } = this.#options;
    const contender = await this.#cast.contender(turn);
    const run = await measure(contender, { others: this.#cast.guests, deadlineMs: this.#deadlineMs, signal });
    onRun(contender.name, run, note);
    if (run.outcome !== 'failed') return run;
    this.failures.push(`${contender.name}: ${run.reason}`);
    this.#warm.delete(contender.guest.name);
    await this.#cast.dismiss(contender.guest);
    return undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#cast[Symbol.asyncDispose]();
  }
}
