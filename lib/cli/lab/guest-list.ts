import { Command } from 'commander';
import { Lab } from '../../lab/index.js';
import { formatTable } from '../format.js';
import { whichLab } from './which.js';

const EXAMPLES = `
Examples:
  precopy lab guest list
  precopy lab guest list --lab demo --json | jq -r '.[].hosts[]'`;

export function guestListCommand(): Command {
  return new Command('list')
    .description('list the guests of a lab, and where they are now')
    .option('--lab <name>', 'the lab; may be left out when there is only one')
    .option('--json', 'print one JSON array')
    .addHelpText('after', EXAMPLES)
    .action(list);
}

async function list(flags: { lab?: string; json?: boolean }): Promise<void> {
  const lab = await Lab.attach(await whichLab(flags.lab));
  const guests = await Promise.all(
    (await lab.guests()).map(async (guest) => {
      const { name, kind, accelerator, address } = guest;
      return { name, kind, accelerator, address, hosts: (await guest.locate()).map((host) => host.name) };
    }),
  );
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(guests)}\n`);
    return;
  }
  const rows = guests.map(({ name, kind, accelerator, address, hosts }) => [
    name,
    kind,
    accelerator,
    address,
    hosts.join(', ') || 'nowhere',
  ]);
  process.stdout.write(`${formatTable(['guest', 'kind', 'accelerator', 'address', 'host'], rows)}\n`);
}
