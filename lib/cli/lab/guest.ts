import { Command } from 'commander';
import { guestListCommand } from './guest-list.js';
import { guestStartCommand } from './guest-start.js';
import { guestStopCommand } from './guest-stop.js';

const EXAMPLES = `
Examples:
  precopy lab guest start --name db1 --memory 1GiB
  precopy lab guest list
  precopy lab guest stop db1`;

/** `precopy lab guest`: guests whose hearts beat, so that somebody outside can tell how they fare. */
export function guestCommand(): Command {
  return new Command('guest')
    .description('start, list and end guests in a lab')
    .addCommand(guestStartCommand())
    .addCommand(guestListCommand())
    .addCommand(guestStopCommand())
    .addHelpText('after', EXAMPLES);
}
