import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Command } from 'commander';
import { type Host, Lab, type LabNode } from '../../lab/index.js';
import { whichLab } from './which.js';

const EXAMPLES = `
Without a host the shell is outside of the lab, and its environment holds for each host:
  PRECOPY_HOST_A       for virsh --connect
  PRECOPY_PEER_A       the same host as the other hosts' daemons reach it
  PRECOPY_MIGRATE_A    where it receives guests' memory

Examples:
  precopy lab shell
  $ virsh -c $PRECOPY_HOST_A migrate --live --p2p guest1 \\
      $PRECOPY_PEER_B --migrateuri $PRECOPY_MIGRATE_B
  precopy lab shell b
  precopy lab shell b -- ip address
  precopy lab shell client -- ss -tn`;

export function shellCommand(): Command {
  return new Command('shell')
    .description("open a shell for a lab, or on one of its hosts (or on 'client'), or run a command there")
    .argument('[host]', 'the host')
    .argument('[command...]', 'what to run instead of a shell')
    .option('--lab <name>', 'the lab; may be left out when there is only one')
    .addHelpText('after', EXAMPLES)
    .action(shell);
}

async function shell(place: string | undefined, command: string[], flags: { lab?: string }): Promise<void> {
  const lab = await Lab.attach(await whichLab(flags.lab));
  const inner = command.length > 0 ? command : [process.env.SHELL ?? '/bin/sh'];
  const [program = '', ...args] = place === undefined ? inner : await nodeOf(lab, place).command(inner);
  // Ctrl-C is for the command alone: it reaches the whole foreground group, this process included.
  process.on('SIGINT', () => {});
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...environmentOf(lab) } });
  process.exitCode = await exitCodeOf(child);
}

/** As a shell reports it: 128 and the number of the signal that ended it. */
function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) =>
      resolve(exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

function nodeOf(lab: Lab, name: string): LabNode {
  return name === 'client' ? lab.client : lab.host(name);
}

function environmentOf(lab: Lab): Record<string, string> {
  const variables = ({ name, uri, peerUri, migrateUri }: Host) => {
    const suffix = name.toUpperCase();
    return [
      [`PRECOPY_HOST_${suffix}`, uri],
      [`PRECOPY_PEER_${suffix}`, peerUri],
      [`PRECOPY_MIGRATE_${suffix}`, migrateUri],
    ];
  };
  return { PRECOPY_LAB: lab.name, ...Object.fromEntries(lab.hosts.flatMap(variables)) };
}
