import { Command } from 'commander';
import { Lab } from '../../lab/index.js';
import { whichLab } from './which.js';

const EXAMPLES = `
Examples:
  precopy lab guest stop db1`;

export function guestStopCommand(): Command {
  return new Command('stop')
    .description('end a guest at once, wherever it is')
    .argument('<name>', 'the guest')
    .option('--lab <name>', 'the lab; may be left out when there is only one')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, flags: { lab?: string }) => {
      const lab = await Lab.attach(await whichLab(flags.lab));
      await (await lab.guest(name)).destroy();
      process.stdout.write(`Ended: ${name}.\n`);
    });
}
