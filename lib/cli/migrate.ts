import { Command } from 'commander';
import { chooseControl } from '../migration/control.js';
import { type MigrateOptions, type MigrationResult, migrate, type Phase } from '../migration/index.js';
import { checkAndShow } from './check.js';
import { exitCodeOf } from './exit-codes.js';
import { follow, tellError } from './follow.js';
import { outcomeTable, verdictOnForecast } from './forecast-words.js';
import { formatBytes, formatMs } from './format.js';
import { targetArguments } from './host-flags.js';
import { addCourseFlags, addMigrationFlags, hooksOf, type MigrationFlags, migrateOptions } from './migration-flags.js';
import { observed } from './observed.js';
import { courseOf } from './plan.js';
import { present } from './present.js';
import { say } from './say.js';

const HELP = `
Units are always given: 50ms, 1.5s, 2m, 1h · 256MiB, 1GB · 50MB/s, 1Gbit/s · 30%

Hooks are run by a shell, with PRECOPY_HOOK, PRECOPY_DOMAIN, PRECOPY_UUID,
PRECOPY_SOURCE and PRECOPY_DESTINATION in their environment and all that is
known as JSON on their standard input. One that does not end with 0 is against
the migration, which is then aborted; the last line of its standard error is
the reason.

Ctrl-C asks to abort, and what became of that is said. A second Ctrl-C leaves
the migration to itself and names the command to go on with.

Examples:
  precopy migrate db1 --source qemu+tls://a/system --destination qemu+tls://b/system
  precopy migrate db1 --source qemu:///system --destination qemu+tls://b/system \\
      --pause 50ms --within 2m --slowdown 30% --then throttle,post-copy,abort
  precopy migrate db1 --source qemu:///system --destination qemu+tls://b/system \\
      --dry-run
  precopy migrate db1 --source qemu:///system --destination qemu+tls://b/system \\
      --switchover-at 03:00 --hook-before-switchover 'ssh db2 drain-connections' \\
      --journal /var/lib/db1.migration
  precopy migrate db1 --source qemu:///system --destination qemu+tls://b/system \\
      --forecast --expect-link 1Gbit/s --trace db1.ndjson
  precopy migrate db1 --source qemu:///system --destination qemu+tls://b/system \\
      --json | jq -c 'select(.type == "decision")'

Exit codes:
  0  completed: the guest is on the destination
  1  failed: the guest is on the source
  2  wrong usage, nothing was touched
  3  cancelled: the guest is on the source
  4  it cannot be proven that the guest is on one side alone: see the message
  5  left to itself, with Ctrl-C twice`;

interface Flags extends MigrationFlags {
  dryRun?: boolean;
}

/** `precopy migrate`: one guest from here to there, with progress on stderr and the result on stdout. */
export function migrateCommand(): Command {
  return addCourseFlags(addMigrationFlags(new Command('migrate')))
    .description('Move a running guest to another host.')
    .option('--dry-run', 'check everything, say what would be done, and do nothing')
    .option('--json', 'events as NDJSON on stdout, the result last')
    .addHelpText('after', HELP)
    .action(async (domain: string, flags: Flags) => {
      process.exitCode = await run(migrateOptions(domain, flags), flags);
    });
}

async function run(options: MigrateOptions, flags: Flags): Promise<number> {
  const json = flags.json === true;
  if (flags.dryRun) return checkAndShow(options, { json, more: (report) => courseOf(options, flags, report) });
  const result = await observed(flags.observeLab, options.domain, (observer) =>
    follow({
      ...{ about: options, json, whenLeft: (phase) => whenLeft(options, flags, phase) },
      start: (signal, say) => migrate({ ...options, ...present({ observer }), hooks: hooksOf(flags, say), signal }),
    }),
  );
  if (!json) for (const line of inWords(result)) say(line);
  tellError(result);
  return exitCodeOf(result);
}

/** Where the guest is and what it cost, where it was moved; and what was forecast beside it. */
function inWords({
  error,
  domain,
  destination,
  totalMs,
  passes,
  sentBytes,
  pause,
  forecast,
}: MigrationResult): string[] {
  const outside = pause.outsideMs === undefined ? '' : `, from outside ${formatMs(pause.outsideMs)}`;
  const figures = `${formatMs(totalMs)}, ${passes} passes, ${formatBytes(sentBytes ?? 0)}, pause ${formatMs(pause.observedMs)}${outside}`;
  return [
    ...(error === undefined ? [`${domain.name} is on ${destination?.hostname}: ${figures}`] : []),
    ...(forecast === undefined ? [] : ['', outcomeTable(forecast), ...wordsIf(verdictOnForecast(forecast))]),
  ];
}

const wordsIf = (words: string | undefined): string[] => (words === undefined ? [] : ['', words]);

/** Who coordinates decides what becomes of a migration that is left. */
function whenLeft(options: MigrateOptions, flags: Flags, phase: Phase | undefined): string {
  const { domain, destination, transport = {} } = options;
  if (phase === undefined || phase === 'connect') return 'Left. Nothing was touched: the guest is as it was.';
  const uri = typeof destination === 'string' ? destination : destination.uri;
  const target = targetArguments(domain, flags);
  const settle = `What is left of it, and who has the guest:\n  precopy resolve ${target}`;
  return chooseControl(transport, uri).mode === 'direct'
    ? `Left. This command coordinated the migration, so libvirt ends it now: before the switchover the guest stays on the source, after it the guest may stand still.\n${settle}`
    : `Left. libvirt was asked to abort and has not said what became of that; if it goes on, it does so without this command. To follow it or abort it again:\n  precopy adopt ${target}\n${settle}`;
}
