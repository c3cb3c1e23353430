import { Command } from 'commander';
import { downCommand } from './lab/down.js';
import { guestCommand } from './lab/guest.js';
import { listCommand } from './lab/list.js';
import { shellCommand } from './lab/shell.js';
import { upCommand } from './lab/up.js';

const EXAMPLES = `
Examples:
  precopy lab up --name demo --bandwidth 1Gbit     two hosts, joined by a link of 1 Gbit/s
  precopy lab guest start --memory 1GiB            a Linux guest on the first of them
  precopy lab shell                                a shell in which virsh -c $PRECOPY_HOST_A works
  precopy lab shell a                              a shell on host a
  precopy lab down demo                            removes all of it
  precopy lab down --all                           removes what a crash has left, too

Needs root. With one lab up, its name can be left out.

Exit codes: 0 done · 1 failed · 2 wrong usage · 130 interrupted with Ctrl-C`;

/** `precopy lab`: real hosts on this machine, to play with by hand. */
export function labCommand(): Command {
  return new Command('lab')
    .description('Bring up real libvirt hosts on this machine, in namespaces, and play with them.')
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(listCommand())
    .addCommand(guestCommand())
    .addCommand(shellCommand())
    .addHelpText('after', EXAMPLES);
}
