/**
 * The benchmark: scenarios × strategies, beside each other, measured from outside.
 *
 *   node dist/bench/main.js --help
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { EXIT_CODES } from '../lib/cli/exit-codes.js';
import { InvalidArgumentError, PrecopyError } from '../lib/errors.js';
import { compare, comparisonText } from './suite/compare.js';
import { readLog } from './suite/log.js';
import { benchCommand, type CompareFlags, limitMs, planOf, type RunFlags } from './suite/options.js';
import { page } from './suite/page/page.js';
import { beginLog, type Remains, runSuite } from './suite/run.js';
import { readSummary, summarise } from './suite/summary.js';
import { summaryText } from './suite/text.js';

process.exitCode = await main();

async function main(): Promise<number> {
  let exitCode: number = EXIT_CODES.completed;
  const run = async (flags: RunFlags) => {
    exitCode = await measure(flags);
  };
  try {
    await benchCommand({ run, compare: showComparison }).parseAsync();
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    if (!(error instanceof PrecopyError)) throw error;
    say(`bench: ${error.message}\n${error.remedy ?? ''}`);
    return error instanceof InvalidArgumentError ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

async function measure(flags: RunFlags): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new Error('interrupted with Ctrl-C'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onInterrupt);
  const path = flags.resume ?? begin(flags);
  const { plan } = readLog(path);
  let remains: Remains = { leftOut: [], leftovers: [] };
  try {
    const limit = limitMs(flags.minutes, plan);
    remains = await runSuite({ path, limitMs: limit, signal: interrupt.signal, say });
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    // What was measured is worth something, however it ended.
    show(path, flags, remains);
  }
  if (interrupt.signal.aborted) {
    say(`Interrupted. Go on with --resume ${path}`);
    return EXIT_CODES.interrupted;
  }
  return remains.leftovers.length === 0 ? EXIT_CODES.completed : EXIT_CODES.failed;
}

function begin(flags: RunFlags): string {
  const plan = planOf(flags);
  const path = `${flags.output ?? `precopy-bench-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`}.ndjson`;
  if (existsSync(path)) {
    throw new PrecopyError('ERR_PRECOPY_BENCH_FILE', `${path} is there already.`, {
      remedy: `Go on with it (--resume ${path}), or give another --output.`,
    });
  }
  beginLog(path, plan);
  return path;
}

function show(path: string, { json }: RunFlags, { leftOut, leftovers }: Remains): void {
  const summary = summarise(readLog(path));
  const stem = path.replace(/\.ndjson$/, '');
  writeFileSync(`${stem}.json`, `${JSON.stringify(summary)}\n`);
  writeFileSync(`${stem}.html`, page(summary));
  process.stdout.write(`${summaryText(summary)}\n`);
  for (const line of leftOut) process.stdout.write(`left out: ${line}\n`);
  for (const line of leftovers) process.stdout.write(`left of the lab: ${line}\n`);
  process.stdout.write(`\n${stem}.html shows all of it; ${stem}.json is for \`bench compare\`.\n`);
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
}

async function showComparison(before: string, after: string, { json, seed }: CompareFlags): Promise<void> {
  const [one, other] = [load(before), load(after)];
  const comparison = compare(one, other, seed);
  process.stdout.write(json ? `${JSON.stringify(comparison)}\n` : `${comparisonText(comparison)}\n`);
}

function load(path: string) {
  if (path.endsWith('.ndjson')) return summarise(readLog(path));
  try {
    return readSummary(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new PrecopyError('ERR_PRECOPY_BENCH_FILE', `${path} cannot be read as a result: ${String(cause)}`, {
      cause,
      remedy: 'Give the .json or .ndjson file that a benchmark has written.',
    });
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
