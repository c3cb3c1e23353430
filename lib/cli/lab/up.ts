import { Command } from 'commander';
import { Lab, type LabOptions } from '../../lab/index.js';
import { EXIT_CODES } from '../exit-codes.js';
import { Interrupt } from '../interrupt.js';
import { bitsPerSecond, milliseconds, wholeNumber } from '../units.js';

interface Flags {
  name?: string;
  hosts: number;
  bandwidth?: number;
  latency?: number;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  precopy lab up
  precopy lab up --name wide --hosts 3 --bandwidth 10Gbit
  precopy lab up --json | jq -r '.hosts[].uri'`;

export function upCommand(): Command {
  return new Command('up')
    .description('start a lab, which stays up until `precopy lab down`')
    .option('--name <name>', 'its name, unique on this machine')
    .option('--hosts <count>', 'how many hosts', wholeNumber(0), 2)
    .option('--bandwidth <rate>', 'what the link carries that guests move over, as in 1Gbit', bitsPerSecond)
    .option(
      '--latency <time>',
      'delay on that link, one way, as in 5ms (needs --bandwidth, and sch_netem in the kernel)',
      milliseconds,
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(up);
}

async function up(flags: Flags, command: Command): Promise<void> {
  if (flags.latency !== undefined && flags.bandwidth === undefined) command.error('error: --latency needs --bandwidth');
  using interrupt = new Interrupt();
  try {
    const lab = await Lab.start({
      hosts: flags.hosts,
      ...(flags.name !== undefined && { name: flags.name }),
      ...linkOf(flags),
      signal: interrupt.signal,
      onProgress: (step) => process.stderr.write(`${step} …\n`),
    });
    process.stdout.write(flags.json ? `${JSON.stringify(toJson(lab))}\n` : describe(lab));
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write('interrupted: what had been built is removed\n');
    process.exitCode = EXIT_CODES.interrupted;
  }
}

function linkOf({ bandwidth, latency }: Flags): Pick<LabOptions, 'link'> {
  if (bandwidth === undefined) return {};
  return { link: { bitsPerSecond: bandwidth, ...(latency !== undefined && { latencyMs: latency }) } };
}

function toJson(lab: Lab): object {
  return {
    name: lab.name,
    hosts: lab.hosts.map(({ name, uri, peerUri, migrateUri }) => ({ name, uri, peerUri, migrateUri })),
  };
}

function describe(lab: Lab): string {
  const hosts = lab.hosts.map(({ name, uri }) => `  ${name}  virsh -c '${uri}'\n`).join('');
  return `Lab ${lab.name} is up.\n${hosts}End it with: precopy lab down ${lab.name}\n`;
}
