/**
 * What the engine is worth: migrations of the same guests by it, by virsh and by QEMU alone, interleaved in one lab and one run.
 *
 *   node dist/bench/engine.js [--json] [--pairs N] [--scenario NAME…] [--seed S]
 */
import { CommanderError } from 'commander';
import { EXIT_CODES } from '../lib/cli/exit-codes.js';
import { PrecopyError } from '../lib/errors.js';
import type { BoundResult } from './engine/bounds.js';
import { type CostPerformance, costBounds, measureCost } from './engine/cost/cost.js';
import { costText, roundLine } from './engine/cost/report.js';
import { type HoldPerformance, measureHold } from './engine/hold/hold.js';
import { holdLine, holdText } from './engine/hold/report.js';
import { describeMachine, type Machine } from './engine/machine.js';
import { COST, type Flags, HOLD, parseFlags } from './engine/options.js';
import { type Performance, perform } from './engine/perform.js';
import { boundsText, machineText, performanceText, runLine } from './engine/report.js';
import { SCENARIOS } from './engine/scenarios/index.js';
import { Stage } from './engine/stage.js';
import { type Random, seededRandom } from './statistics.js';

const COST_ROUNDS = 3;

/** Everything that was measured, as it stands when the run ends, also with Ctrl-C. */
interface Report {
  bounds: BoundResult[];
  seed: number;
  machine: Machine | undefined;
  scenarios: Performance[];
  cost: CostPerformance | undefined;
  hold: HoldPerformance | undefined;
  leftovers: string[];
}

process.exitCode = await main();

async function main(): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new Error('interrupted with Ctrl-C'));
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    const flags = parseFlags();
    const empty = { machine: undefined, cost: undefined, hold: undefined, leftovers: [] };
    const report: Report = { bounds: [], seed: flags.seed, scenarios: [], ...empty };
    try {
      await run(flags, report, interrupt.signal);
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
    } finally {
      // What was measured is worth something, however it ended.
      show(flags, report);
    }
    if (interrupt.signal.aborted) return EXIT_CODES.interrupted;
    return report.leftovers.length === 0 ? EXIT_CODES.completed : EXIT_CODES.failed;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    if (!(error instanceof PrecopyError)) throw error;
    say(`bench: ${error.message}\n${error.remedy ?? ''}`);
    return EXIT_CODES.failed;
  }
}

async function run(flags: Flags, report: Report, signal: AbortSignal): Promise<void> {
  say('two hosts, joined by a link of 1 Gbit/s …');
  const stage = await Stage.start(signal);
  try {
    report.machine = await describeMachine(stage);
    await measureAll(stage, flags, report, signal);
  } finally {
    say('taking everything down …');
    await stage[Symbol.asyncDispose]();
    report.leftovers = await stage.lab.leftovers();
  }
}

async function measureAll(stage: Stage, flags: Flags, report: Report, signal: AbortSignal): Promise<void> {
  const random = seededRandom(flags.seed);
  for (const scenario of SCENARIOS.filter(({ name }) => flags.scenario.includes(name))) {
    say(`\n${scenario.name}: ${scenario.about}`);
    const performance = await perform(stage, scenario, {
      ...{ repeats: flags.pairs ?? scenario.repeats, random, signal },
      onRun: (strategy, run, note) => say(`  ${note} ${runLine(strategy, run)}`),
    });
    report.scenarios.push(performance);
    report.bounds.push(...performance.bounds);
    process.stdout.write(`${performanceText(performance)}\n`);
  }
  if (flags.scenario.includes(HOLD)) await measureHolds(stage, flags, report, signal, random);
  if (flags.scenario.includes(COST)) await measureCosts(stage, flags, report, signal, random);
}

async function measureHolds(
  stage: Stage,
  flags: Flags,
  report: Report,
  signal: AbortSignal,
  random: Random,
): Promise<void> {
  say('\nhold: the switchover held, released, and aimed at a moment');
  report.hold = await measureHold(stage, {
    ...{ repeats: flags.pairs, random, signal },
    onRun: (name, run, note) => say(`  ${note} ${name}: ${holdLine(run)}`),
  });
  report.bounds.push(...report.hold.bounds);
  process.stdout.write(`${holdText(report.hold)}\n`);
}

async function measureCosts(
  stage: Stage,
  flags: Flags,
  report: Report,
  signal: AbortSignal,
  random: Random,
): Promise<void> {
  say('\ncost: eight migrations at once in one process');
  report.cost = await measureCost(stage, {
    ...{ rounds: flags.pairs ?? COST_ROUNDS, signal },
    onRound: (round, note) => say(`  ${note} ${roundLine(round)}`),
  });
  const bounds = costBounds(report.cost.rounds, random);
  report.bounds.push(...bounds);
  process.stdout.write(`${costText(report.cost, bounds)}\n`);
}

function show({ json }: Flags, report: Report): void {
  const { machine, bounds, leftovers } = report;
  if (machine !== undefined) process.stdout.write(`\n${machineText(machine)}\n`);
  process.stdout.write(`\n${boundsText(bounds)}\n`);
  for (const left of leftovers) process.stdout.write(`left of the lab: ${left}\n`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
