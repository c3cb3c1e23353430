import { Command } from 'commander';
import type { MigrationResult } from '../migration/index.js';
import { followAdopted } from './adopt.js';
import { exitCodeOfAbort } from './exit-codes.js';
import { tellError } from './follow.js';
import { addHostFlags, type HostFlags } from './host-flags.js';
import { complain, say } from './say.js';
import { TARGET_HELP } from './target.js';

const HELP = `
An abort has an outcome: asked for after the switchover it comes too late, and
the migration completes. What became of it is found out on both hosts.

Examples:
  precopy abort db1 --source qemu+tls://a/system --destination qemu+tls://b/system
  precopy abort --journal /var/lib/db1.migration --reason 'the rack is needed'

Exit codes:
  0  aborted: the guest is on the source
  1  not aborted: it had completed, there was none, or libvirt would not
  2  wrong usage
  4  it cannot be proven that the guest is on one side alone: see the message
  5  left to itself, with Ctrl-C twice`;

interface Flags extends HostFlags {
  reason: string;
  json?: boolean;
}

/** `precopy abort`: ends a migration that any process has started, and says what became of that. */
export function abortCommand(): Command {
  return addHostFlags(new Command('abort').argument('[domain]', TARGET_HELP), { orJournal: true })
    .description('Abort a migration, whoever started it, and say what became of that.')
    .option('--reason <words>', 'why, for the result', '`precopy abort`')
    .option('--json', 'events as NDJSON on stdout, the result last')
    .addHelpText('after', HELP)
    .action(async (domain: string | undefined, flags: Flags) => {
      const result = await followAdopted(domain, flags, flags.reason);
      if (flags.json !== true) tell(result);
      process.exitCode = exitCodeOfAbort(result);
    });
}

function tell(result: MigrationResult): void {
  const { outcome, domain, source, destination } = result;
  if (outcome === 'cancelled') say(`Aborted: ${domain.name} is on ${source?.hostname}.`);
  else if (outcome === 'completed') complain(`Too late: ${domain.name} is on ${destination?.hostname}.`);
  else tellError(result);
}
