import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { EXIT_CODES } from './exit-codes.js';

const PROGRAM = fileURLToPath(new URL('../../bench/main.js', import.meta.url));

/**
 * `precopy bench`: the benchmark. It is a program beside the library, shipped with it, and is started as one: it stands on the library and the lab,
 * so that nothing of theirs may import it.
 */
export function benchCommand(): Command {
  return new Command('bench')
    .description('Measure migrations by precopy, virsh and the rules of others beside each other.')
    .argument('[arguments...]', 'what the benchmark takes; precopy bench --help shows it')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (words: string[]) => {
      process.exitCode = await start(words);
    });
}

async function start(words: readonly string[]): Promise<number> {
  const bench = spawn(process.execPath, ['--enable-source-maps', PROGRAM, ...words], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both: the benchmark takes its lab down, and we wait for that.
  const pass = (signal: NodeJS.Signals) => bench.kill(signal);
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  process.on('SIGTERM', pass);
  try {
    const [exitCode] = await once(bench, 'close');
    return typeof exitCode === 'number' ? exitCode : EXIT_CODES.failed;
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', pass);
  }
}
