import { Command } from 'commander';
import type { Forecast } from '../forecast/index.js';
import { forecast } from '../migration/index.js';
import { EXIT_CODES } from './exit-codes.js';
import { explainForecast, forecastTable, verdictWithConfidence } from './forecast-words.js';
import { targetArguments } from './host-flags.js';
import { Interrupt } from './interrupt.js';
import { addMigrationFlags, type MigrationFlags, migrateOptions } from './migration-flags.js';
import { complain, say } from './say.js';

const HELP = `
The guest is watched for about eight seconds and not touched. The speed of the link is
what --expect-link says, or what a probe shows: a migration that is begun and aborted
after a second, only with --probe.

Examples:
  precopy forecast db1 --source qemu+tls://a/system --destination qemu+tls://b/system \\
      --expect-link 1Gbit/s
  precopy forecast db1 --source qemu:///system --destination qemu+tls://b/system \\
      --probe --pause 50ms --within 2m --then throttle --explain

Exit codes:
    0  it will end within the budget
    1  it will not, or there is no forecast
    2  wrong usage, nothing was touched
  130  interrupted with Ctrl-C: a probe that had begun is aborted first`;

interface Flags extends MigrationFlags {
  probe?: boolean;
  explain?: boolean;
}

/** `precopy forecast`: what would become of a migration. */
export function forecastCommand(): Command {
  return addMigrationFlags(new Command('forecast'))
    .description('Say before anything moves how a migration would end, and how long it and its pause would take.')
    .option('--probe', 'begin a migration and abort it after a second, to measure the link')
    .option('--explain', 'say why, in sentences')
    .option('--json', 'one JSON object')
    .addHelpText('after', HELP)
    .action(async (domain: string, flags: Flags) => {
      using interrupt = new Interrupt(() => leave(domain, flags));
      const { probe = false } = flags;
      const result = await forecast({ ...migrateOptions(domain, flags), probe, signal: interrupt.signal });
      if (flags.json) process.stdout.write(`${JSON.stringify(result)}\n`);
      else say(inWords(domain, result, flags));
      process.exitCode = result.verdict === 'not-within-budget' ? EXIT_CODES.failed : EXIT_CODES.completed;
    });
}

/** A probe is a migration, and nobody aborts it any more then. */
function leave(domain: string, { probe, ...flags }: Flags): never {
  if (probe)
    complain(`Left. If a probe was under way, end it with:\n  precopy abort ${targetArguments(domain, flags)}`);
  process.exit(EXIT_CODES.interrupted);
}

function inWords(domain: string, result: Forecast, { explain }: Flags): string {
  const lines = [`${domain}: ${verdictWithConfidence(result)}`, '', forecastTable(result)];
  return [...lines, ...(explain ? ['', ...explainForecast(result)] : [])].join('\n');
}
