import { Command } from 'commander';
import { type ActionName, type ActionReport, type Resolution, resolve } from '../migration/index.js';
import { exitCodeOfResolution } from './exit-codes.js';
import { addHostFlags, type HostFlags } from './host-flags.js';
import { Interrupt } from './interrupt.js';
import { toJson } from './json.js';
import { say } from './say.js';
import { TARGET_HELP, targetOf } from './target.js';
import { milliseconds } from './units.js';
import { inFlags } from './words.js';

const HELP = `
Without --yes it only says what it found and what it would do. A guest is
resumed nowhere, and destroyed nowhere, without proof that the other host has
it or has it not; a host that does not answer is never guessed about.

Examples:
  precopy resolve db1 --source qemu+tls://a/system --destination qemu+tls://b/system
  precopy resolve db1 --source qemu+tls://a/system --destination qemu+tls://b/system --yes
  precopy resolve --journal /var/lib/db1.migration --yes

Exit codes:
    0  settled, nothing is left to do
    1  something is left to do: by --yes, or when what is under way has ended
    2  wrong usage
    4  a person has to decide: see the message
  130  interrupted; an action that had begun is done`;

interface Flags extends HostFlags {
  yes?: boolean;
  wait?: number;
  json?: boolean;
}

/** `precopy resolve`: settles what a fault has left of a migration; what it would do unless it is told to do it. */
export function resolveCommand(): Command {
  return addHostFlags(new Command('resolve').argument('[domain]', TARGET_HELP), { orJournal: true })
    .description('Name what a fault has left of a migration, and settle it.')
    .option('--yes', 'do it; without this it is only said')
    .option('--wait <time>', 'how long libvirt may put away by itself what it can (default: 35s)', milliseconds)
    .option('--json', 'print the resolution as one JSON object')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(domain: string | undefined, { yes, wait, json, ...hosts }: Flags): Promise<void> {
  using interrupt = new Interrupt();
  const resolution = await resolve({
    ...{ ...targetOf(domain, hosts), dryRun: yes !== true, signal: interrupt.signal },
    ...(wait === undefined ? {} : { deadlines: { waitMs: Math.round(wait) } }),
  });
  if (json) process.stdout.write(`${toJson(resolution)}\n`);
  else say(linesOf(resolution).join('\n'));
  process.exitCode = exitCodeOfResolution(resolution);
}

function linesOf({ verdict, says, owner, found, evidence, actions, remedy }: Resolution): string[] {
  const stands = ({ source, destination }: Resolution['evidence']) =>
    `source ${source.standing}, destination ${destination.standing}`;
  const before = stands(found);
  const now = stands(evidence);
  return [
    `${verdict}: ${says}`,
    `  found   ${before}`,
    ...actions.map((report) => `  ${OUTCOMES[report.outcome].padEnd(7)} ${actionWords(report)}`),
    ...(now === before ? [] : [`  now     ${now}`]),
    `  owner   ${owner}`,
    ...(remedy === undefined ? [] : [inFlags(remedy)]),
  ];
}

const OUTCOMES: Readonly<Record<ActionReport['outcome'], string>> = {
  ...{ planned: 'would', done: 'done', failed: 'failed', withheld: 'left' },
};

const ACTIONS: Readonly<Record<ActionName, string>> = {
  wait: 'wait for libvirt to put away what it can',
  'suspend-source': 'suspend the guest on the source',
  'suspend-destination': 'suspend the guest on the destination',
  'destroy-source': 'destroy what is left of the guest on the source',
  'destroy-destination': 'destroy what is left of the guest on the destination',
  'resume-source': 'resume the guest on the source',
  'resume-destination': 'resume the guest on the destination',
};

function actionWords({ action, why }: ActionReport): string {
  return why === undefined ? ACTIONS[action] : `${ACTIONS[action]} (${why})`;
}
