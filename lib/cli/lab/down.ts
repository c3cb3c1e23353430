import { Command } from 'commander';
import { Lab } from '../../lab/index.js';
import { whichLab } from './which.js';

const EXAMPLES = `
Examples:
  precopy lab down demo
  precopy lab down --all`;

export function downCommand(): Command {
  return new Command('down')
    .description('remove a lab with all that runs in it, in whatever state it is')
    .argument('[name]', 'the lab; may be left out when there is only one')
    .option('--all', 'remove all labs, and what crashed ones have left')
    .addHelpText('after', EXAMPLES)
    .action(down);
}

async function down(name: string | undefined, { all }: { all?: boolean }, command: Command): Promise<void> {
  if (all && name !== undefined) command.error('error: give a name or --all, not both');
  const removed = all ? await Lab.downAll() : [await downOne(name)];
  process.stdout.write(removed.length === 0 ? 'There was no lab.\n' : `Removed: ${removed.join(', ')}.\n`);
}

async function downOne(given: string | undefined): Promise<string> {
  const name = await whichLab(given);
  await Lab.down(name);
  return name;
}
