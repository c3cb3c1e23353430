import { Command } from 'commander';
import { adopt, type Migration, type MigrationResult } from '../migration/index.js';
import { exitCodeOf } from './exit-codes.js';
import { follow, tellError } from './follow.js';
import { addHostFlags, type HostFlags, targetArguments } from './host-flags.js';
import { present } from './present.js';
import { say } from './say.js';
import { shownOf, TARGET_HELP, targetOf } from './target.js';

const HELP = `
A migration under peer-to-peer control goes on when the command that started it
ends. It is watched to its end here, and both hosts are asked who has the
guest. Ctrl-C asks to abort it, a second Ctrl-C leaves it to itself. To look on
without a say in it there is \`precopy watch\`.

A command that died while it held the switchover has left the stream slowed
down to a trickle: --release brings it to full speed again, and a downtime
limit of 1 ms to QEMU's default. If that command lives, its hold is broken; a
cap that an administrator has set on the stream is lifted as well.

Examples:
  precopy adopt --journal /var/lib/db1.migration
  precopy adopt --journal /var/lib/db1.migration --release
  precopy adopt db1 --source qemu+tls://a/system --destination qemu+tls://b/system

Exit codes:
  0  it completed: the guest is on the destination
  1  it failed and the guest is on the source, or there is none to adopt
  2  wrong usage
  3  cancelled: the guest is on the source
  4  it cannot be proven that the guest is on one side alone: see the message
  5  left to itself, with Ctrl-C twice`;

interface Flags extends HostFlags {
  json?: boolean;
  trace?: string;
  release?: boolean;
}

/** `precopy adopt`: takes over a migration that another process has started. */
export function adoptCommand(): Command {
  return addHostFlags(new Command('adopt').argument('[domain]', TARGET_HELP), { orJournal: true })
    .description('Take over a migration whose command has ended.')
    .option('--release', 'lift a hold that the command has left behind')
    .option('--trace <file>', 'write down all that is seen from here on')
    .option('--json', 'events as NDJSON on stdout, the result last')
    .addHelpText('after', HELP)
    .action(async (domain: string | undefined, flags: Flags) => {
      const result = await followAdopted(domain, flags);
      if (flags.json !== true && result.error === undefined) {
        say(`${result.domain.name} is on ${result.destination?.hostname}.`);
      }
      tellError(result);
      process.exitCode = exitCodeOf(result);
    });
}

/** Follows a migration that another process has started; with a reason, it is asked to abort at once. */
export function followAdopted(
  domain: string | undefined,
  flags: Flags,
  abortReason?: string,
): Promise<MigrationResult> {
  const target = targetOf(domain, flags);
  return follow({
    ...{ about: shownOf(target), json: flags.json === true },
    whenLeft: () =>
      `Left. If it goes on, it does so without this command. What is left of it, and who has the guest:\n  precopy resolve ${targetArguments(domain, flags)}`,
    start: (signal) => {
      const migration = adopt({ ...present({ ...target, trace: flags.trace, release: flags.release }), signal });
      if (abortReason !== undefined) abortOnceSeen(migration, abortReason);
      return migration;
    },
  });
}

/** How long is waited for a sign of the job, in milliseconds. */
const SIGN_MS = 1000;

/** Only what is under way is aborted: where there was nothing, that is the result, and not that it was aborted. */
function abortOnceSeen(migration: Migration, reason: string): void {
  const ask = () => migration.abort(reason);
  migration.once('sample', ask);
  // A daemon that does not answer for the job may take an abort all the same.
  setTimeout(ask, SIGN_MS).unref();
}
