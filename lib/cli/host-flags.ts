import { type Command, InvalidArgumentError } from 'commander';
import type { Endpoint } from '../libvirt/index.js';
import { present } from './present.js';

/** How both hosts of a migration are named by every command that has to do with them. */
export interface HostFlags {
  source?: string;
  destination?: string;
  sourceSocket?: string;
  destinationSocket?: string;
  journal?: string;
}

/** Adds the flags that name both hosts; without `orJournal` both have to be there. */
export function addHostFlags(command: Command, { orJournal = false } = {}): Command {
  const there = orJournal ? 'option' : 'requiredOption';
  command
    .optionsGroup('Hosts:')
    [there]('--source <uri>', 'libvirt URI of the host that the guest leaves', given)
    [there]('--destination <uri>', 'libvirt URI of the host it goes to', given)
    .option('--source-socket <path>', "the source daemon's socket, where it is not the usual one")
    .option('--destination-socket <path>', "the destination daemon's socket, where it is not the usual one");
  if (orJournal) command.option('--journal <file>', "the migration's journal: it names hosts and guest");
  return command.optionsGroup('Options:');
}

/** An empty one comes of a variable that is not set. */
function given(uri: string): string {
  if (uri !== '') return uri;
  throw new InvalidArgumentError('It must be a libvirt URI, as in qemu+tls://host.example/system.');
}

/** The endpoints that the flags name. */
export function hostsOf(flags: HostFlags): { source: Endpoint | undefined; destination: Endpoint | undefined } {
  return {
    source: endpointOf(flags.source, flags.sourceSocket),
    destination: endpointOf(flags.destination, flags.destinationSocket),
  };
}

function endpointOf(uri: string | undefined, socketPath: string | undefined): Endpoint | undefined {
  return uri === undefined ? undefined : present({ uri, socketPath });
}

/** The same hosts and guest as arguments of another command, to be copied from a message into a shell. */
export function targetArguments(domain: string | undefined, flags: HostFlags): string {
  if (flags.journal !== undefined) return `--journal ${quote(flags.journal)}`;
  const given: [string, string | undefined][] = [
    ['--source', flags.source],
    ['--source-socket', flags.sourceSocket],
    ['--destination', flags.destination],
    ['--destination-socket', flags.destinationSocket],
  ];
  const parts = given.flatMap(([flag, value]) => (value === undefined ? [] : [flag, quote(value)]));
  if (domain === undefined) return parts.join(' ');
  // A name that looks like a flag is one nowhere but after the last of them.
  return (domain.startsWith('-') ? [...parts, '--', quote(domain)] : [quote(domain), ...parts]).join(' ');
}

/** As a shell reads it back. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
