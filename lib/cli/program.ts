import { Command } from 'commander';
import { VERSION } from '../version.js';
import { abortCommand } from './abort.js';
import { adoptCommand } from './adopt.js';
import { checkCommand } from './check.js';
import { everyCommand, pathOf } from './command-tree.js';
import { completionCommand } from './completion.js';
import { labCommand } from './lab.js';
import { migrateCommand } from './migrate.js';
import { replayCommand } from './replay.js';
import { reportCommand } from './report.js';
import { resolveCommand } from './resolve.js';
import { watchCommand } from './watch.js';

/** Every command, by what it is for. */
const COMMANDS: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Before:': [checkCommand],
  'Migration:': [migrateCommand, watchCommand, abortCommand],
  'After a fault:': [adoptCommand, resolveCommand],
  'Afterwards:': [reportCommand, replayCommand],
  'Test and measure:': [labCommand],
  'Shell:': [completionCommand],
};

const EXAMPLES = `
Examples:
  precopy check db1 --source qemu+tls://a/system --destination qemu+tls://b/system
  precopy migrate db1 --source qemu+tls://a/system --destination qemu+tls://b/system \\
      --pause 50ms --within 2m --then throttle,abort
  precopy lab up && precopy lab guest start

Each command has examples of its own: precopy migrate --help

Exit codes:
  0  done · 1 failed · 2 wrong usage; each command's --help has all of its own`;

/** `precopy`, with everything below it. */
export function precopyCommand(): Command {
  const program = new Command('precopy')
    .description('Live migration of virtual machines under control.')
    .version(VERSION)
    .commandsGroup('Shell:')
    .helpCommand('help [command]', 'Say more about a command.')
    .addHelpText('after', EXAMPLES);
  for (const [group, commands] of Object.entries(COMMANDS)) {
    for (const make of commands) program.addCommand(make().helpGroup(group));
  }
  for (const command of everyCommand(program)) {
    command.exitOverride().showHelpAfterError(`(${pathOf(command)} --help shows what there is)`);
  }
  return program;
}
