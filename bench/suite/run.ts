import { runLine } from '../engine/report.js';
import type { Run } from '../engine/run.js';
import { Stage } from '../engine/stage.js';
import { nameOf } from '../engine/strategy.js';
import { LOG_VERSION, type Log, LogWriter, readLog } from './log.js';
import { OwnStage } from './own-hosts.js';
import { type Plan, type PlannedScenario, sidesOf, strategyOf, unfold } from './plan.js';
import { play } from './play.js';
import { doneRounds } from './progress.js';
import { testOneself } from './self-test.js';
import { lookAround } from './surroundings.js';

/** How often each injected stop is repeated. */
const STOPS = { quick: 5, full: 15 };

export interface SuiteOptions {
  /** Where runs are written down as they are made. */
  readonly path: string;
  /** No round begins that would probably end after so long, in milliseconds. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** Told what is being done, in words. */
  readonly say: (line: string) => void;
}

/** What is left when a benchmark has ended, however it did. */
export interface Remains {
  /** In words: rounds there was no time for. */
  readonly leftOut: readonly string[];
  /** Of the lab. */
  readonly leftovers: readonly string[];
}

/** Begins the file of a new benchmark. */
export function beginLog(path: string, plan: Plan): void {
  using log = new LogWriter(path);
  log.write({ type: 'plan', version: LOG_VERSION, startedAt: new Date().toISOString(), plan });
}

/** Makes the runs of a benchmark that its file does not have yet. */
export async function runSuite(options: SuiteOptions): Promise<Remains> {
  const log = readLog(options.path);
  using writer = new LogWriter(options.path);
  const left = unfold(log.plan).map((planned) => ({ planned, done: doneRounds(log.runs, planned) }));
  const { own } = log.plan;
  // Awaited here: the file is closed on the way out.
  if (own === undefined) return await runInLab(log, left, writer, options);
  await runOnOwnHosts(own, left, writer, options);
  return { leftOut: [], leftovers: [] };
}

type Left = readonly { planned: PlannedScenario; done: ReadonlySet<number> }[];

async function runInLab(log: Log, left: Left, writer: LogWriter, options: SuiteOptions): Promise<Remains> {
  const { limitMs, signal, say } = options;
  const endMs = performance.now() + limitMs;
  say('two hosts and the link between them …');
  const stage = await Stage.start(signal);
  const leftOut: string[] = [];
  let leftovers: string[] = [];
  try {
    writer.write({ type: 'surroundings', ...(await lookAround('lab', stage.connections, 'tcg')) });
    if (log.selfTest === undefined) {
      say('does it read stops of known length?');
      writer.write({ type: 'selfTest', ...(await testOneself(stage, STOPS[log.plan.mode], signal)) });
    }
    for (const [index, { planned, done }] of left.entries()) {
      const { name, about } = planned.scenario;
      say(`\n${name}: ${about}`);
      const missing = await play(stage, planned, {
        ...{ done, before: log.runs, signal, untilMs: shareOf(endMs, left.slice(index)) },
        onRun: (run) => writer.write({ type: 'run', at: new Date().toISOString(), ...run }),
        onProgress: (title, run, note) => say(`  ${note} ${runLine(title, run)}`),
      });
      if (missing > 0) leftOut.push(`${name}: no time for ${missing} of ${planned.rounds.length} rounds`);
    }
  } finally {
    say('taking everything down …');
    await stage[Symbol.asyncDispose]();
    leftovers = await stage.lab.leftovers();
  }
  return { leftOut, leftovers };
}

/** A guest of the user's own is not moved on after a failure: somebody has to look. */
async function runOnOwnHosts(
  own: NonNullable<Plan['own']>,
  left: Left,
  writer: LogWriter,
  { limitMs, signal, say }: SuiteOptions,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  await using stage = await OwnStage.start(own);
  writer.write({ type: 'surroundings', ...(await lookAround('hosts', stage.connections, await stage.accelerator())) });
  for (const { planned, done } of left) {
    const { scenario, rounds } = planned;
    say(`\n${scenario.about} Nobody observes it from outside: the figures are libvirt's and the engine's.`);
    for (const [round, sides] of rounds.entries()) {
      if (done.has(round)) continue;
      for (const side of sides) {
        if (performance.now() > endMs) return;
        const strategy = strategyOf(scenario, side);
        const run: Run = await stage.play(strategy, scenario.deadlineMs, signal);
        writer.write({ type: 'run', at: new Date().toISOString(), scenario: scenario.name, side, round, run });
        say(`  ${round + 1}/${rounds.length} ${runLine(nameOf(strategy), run)}`);
        if (run.outcome === 'failed') return;
      }
    }
  }
}

/** When the first of these scenarios has had its share of the time left: in proportion to what they have to do. */
function shareOf(endMs: number, left: Left): number {
  const nowMs = performance.now();
  const work = left.map(({ planned: { scenario, rounds }, done }) => {
    return (rounds.length - done.size) * sidesOf(scenario).length * scenario.deadlineMs;
  });
  const all = work.reduce((sum, one) => sum + one, 0);
  return all === 0 ? endMs : nowMs + ((endMs - nowMs) * (work[0] ?? 0)) / all;
}
