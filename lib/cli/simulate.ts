import { Command, Option } from 'commander';
import { type Interval, intervalOf, type Scenario, type SimulationResult, simulateMany } from '../forecast/index.js';
import { ESCALATIONS, type Escalation, ladder, type Policy, policyByName } from '../policy/index.js';
import { formatBytes, formatMs, formatTable, wrap } from './format.js';
import { POLICY_NAMES, type PolicyChoice, policyNamed } from './policy-flag.js';
import { present } from './present.js';
import { bytes, bytesPerSecond, fraction, milliseconds, positive, wholeNumber, wordsOf } from './units.js';

const HELP_COLUMNS = 96;

const EXAMPLES = `
Each run has other inputs, drawn around those given; what is shown is the median and the interval
that holds nine runs of ten. The same seed gives the same runs. The link's speed is what it
carries of memory: about 94% of what is written on an Ethernet.

${wrap(`Policies: ${POLICY_NAMES.join(', ')}, or a JSON file with a ladder`, HELP_COLUMNS).join('\n')}

Examples:
  precopy simulate --memory 1GiB --dirty 50MB/s --set 256MiB --link 940Mbit/s
  precopy simulate --policy nova --memory 4GiB --dirty 150MB/s --link 1GB/s --runs 10000
  precopy simulate --memory 1GiB --dirty 300MB/s --link 1Gbit/s --computes \\
      --pause 60ms --then throttle,post-copy --json

Exit codes:
  0  simulated, however the migrations ended
  2  wrong usage`;

interface Flags {
  policy: PolicyChoice;
  memory: number;
  used?: number;
  dirty: number;
  set?: number;
  link: number;
  computes?: boolean;
  monitor?: boolean;
  pause?: number;
  within?: number;
  slowdown?: number;
  then?: Escalation[];
  fixedPause: number;
  spread: number;
  runs: number;
  seed: number;
  json?: boolean;
}

/** `precopy simulate`: what a policy would do to a guest that does not exist, many times over. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('Run a policy against simulated migrations, and show how they end.')
    .option('--policy <name|file>', 'who decides', policyNamed, 'budget')
    .requiredOption('--memory <size>', "the guest's memory, as in 1GiB", positive(bytes, '1B'))
    .option('--used <size>', 'how much of it is not zero (default: all)', positive(bytes, '1B'))
    .requiredOption('--dirty <rate>', 'how fast the guest writes, as in 50MB/s', bytesPerSecond)
    .option(
      '--set <size>',
      'the memory that it writes to, again and again (default: what is used)',
      positive(bytes, '1B'),
    )
    .requiredOption('--link <rate>', 'what the link carries, as in 1Gbit/s', positive(bytesPerSecond, '1B/s'))
    .option('--computes', 'the guest writes less when CPU time is taken from it')
    .option('--monitor', "the throttle can be set in flight, through QEMU's monitor")
    .optionsGroup('Budget:')
    .option(
      '--pause <time>',
      'longest time in which the guest may run nowhere, as in 50ms',
      positive(milliseconds, '1ms'),
    )
    .option('--within <time>', 'longest time for all of it, as in 2m', positive(milliseconds, '1ms'))
    .option('--slowdown <percent>', "largest part of the guest's CPU time that may be taken, as in 30%", fraction)
    .option('--then <steps>', `what may be done besides: ${ESCALATIONS.join(', ')}`, wordsOf(ESCALATIONS))
    .optionsGroup('Simulation:')
    .addOption(
      new Option('--fixed-pause <time>', 'what a stop costs with nothing left to send')
        .argParser(milliseconds)
        .default(30, '30ms'),
    )
    .addOption(
      new Option('--spread <percent>', 'how far the inputs may be off: their standard deviation')
        .argParser(fraction)
        .default(0.05, '5%'),
    )
    .option('--runs <count>', 'how often', wholeNumber(), 1000)
    .option('--seed <number>', 'where the drawing begins', wholeNumber(0), 1)
    .optionsGroup('Options:')
    .option('--json', 'one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

function run(flags: Flags): void {
  const { spread, runs, seed } = flags;
  const scenario = scenarioOf(flags);
  const results = simulateMany(scenario, {
    spread: { link: spread, dirtyRate: spread, set: spread, used: spread, fixedPause: spread },
    ...{ runs, seed },
  });
  const summary = { policy: scenario.policy.name, runs, seed, ...summarize(results) };
  process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : `${inWords(summary)}\n`);
}

function policyOf(choice: PolicyChoice): Policy {
  return typeof choice === 'string' ? policyByName(choice) : ladder(choice);
}

function scenarioOf(flags: Flags): Scenario {
  const { memory, used, dirty, set = used ?? memory, link, computes = false, monitor, then } = flags;
  const budget = present({ pauseMs: flags.pause, totalMs: flags.within, slowdown: flags.slowdown });
  return present({
    ...{ policy: policyOf(flags.policy), link, memoryBytes: memory, usedBytes: used, budget, escalate: then, monitor },
    fixedPauseMs: flags.fixedPause,
    // As the engine does, which measures where it may throttle.
    isForecast: true,
    workload: {
      segments: [{ durationMs: Number.POSITIVE_INFINITY, bytesPerSecond: dirty, setBytes: set }] as const,
      backgroundBytesPerSecond: 0,
      followsCpu: computes,
      pattern: 'sweep' as const,
    },
    // A migration that has not ended by then never does; an hour of it, a thousand times, would be waited for.
    endMs: Math.max(flags.within ?? 0, ((20 * (used ?? memory)) / link) * 1000, 300_000),
  });
}

interface Summary {
  /** Shares of the runs, 0..1. */
  completed: number;
  aborted: number;
  unfinished: number;
  postCopy: number;
  throttled: number;
  /** Of the runs that ended; null where none did. */
  totalMs: Interval | null;
  /** Of the runs that completed. */
  pauseMs: Interval | null;
  passes: Interval;
  sentBytes: Interval;
  lostMs: Interval;
}

function summarize(results: readonly SimulationResult[]): Summary {
  const share = (holds: (result: SimulationResult) => boolean) => results.filter(holds).length / results.length;
  const completed = results.filter(({ outcome }) => outcome === 'completed');
  const ended = results.filter(({ outcome }) => outcome !== 'unfinished');
  return {
    completed: share(({ outcome }) => outcome === 'completed'),
    aborted: share(({ outcome }) => outcome === 'aborted'),
    unfinished: share(({ outcome }) => outcome === 'unfinished'),
    postCopy: share(({ isPostCopy }) => isPostCopy),
    throttled: share(({ throttle }) => throttle > 0),
    totalMs: ended.length === 0 ? null : intervalOf(ended.map(({ totalMs }) => totalMs)),
    pauseMs: completed.length === 0 ? null : intervalOf(completed.map(({ pauseMs }) => pauseMs)),
    passes: intervalOf(results.map(({ passes }) => passes)),
    sentBytes: intervalOf(results.map(({ sentBytes }) => sentBytes)),
    lostMs: intervalOf(results.map(({ lostMs }) => lostMs)),
  };
}

function inWords(summary: Summary & { policy: string; runs: number }): string {
  const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`;
  const ends: [string, number][] = [
    ['completed', summary.completed],
    ['aborted', summary.aborted],
    ['without end', summary.unfinished],
    ['by post-copy', summary.postCopy],
    ['throttled', summary.throttled],
  ];
  const row = (name: string, interval: Interval | null, format: (value: number) => string): string[] =>
    interval === null
      ? [name, '–', '–', '–']
      : [name, format(interval.low), format(interval.expected), format(interval.high)];
  const parts = ends.filter(([, part]) => part > 0).map(([name, part]) => `${percent(part)} ${name}`);
  const table = formatTable(
    ['', '5 %', 'median', '95 %'],
    [
      row('total', summary.totalMs, formatMs),
      row('pause', summary.pauseMs, formatMs),
      row('passes', summary.passes, (value) => value.toFixed(0)),
      row('sent', summary.sentBytes, formatBytes),
      row('work lost', summary.lostMs, formatMs),
    ],
  );
  return `${summary.policy}, ${summary.runs} migrations: ${parts.join(', ')}\n\n${table}`;
}
