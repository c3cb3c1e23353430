import { Command, Option } from 'commander';
import {
  GUEST_KINDS,
  type Guest,
  type GuestKind,
  Lab,
  WORKLOAD_NAMES,
  type Workload,
  type WorkloadName,
} from '../../lab/index.js';
import { bytes, bytesPerSecond, wholeNumber } from '../units.js';
import { whichLab } from './which.js';

interface Flags {
  lab?: string;
  host?: string;
  name?: string;
  kind: GuestKind;
  memory: number;
  workload: WorkloadName;
  set?: number;
  rate?: number;
  heartbeat?: number;
  json?: boolean;
}

const EXAMPLES = `
Workloads: idle · steady (rewrites its set at an even rate) · hot (as fast as it can) ·
compute (writes in proportion to its processor time) · burst (steady for a while, then quiet)

Examples:
  precopy lab guest start
  precopy lab guest start --name db1 --memory 1GiB --workload steady --set 256MiB --rate 50MB/s
  precopy lab guest start --kind bare --workload hot --host b`;

const DEFAULT_MEMORY_BYTES = 256 * 1024 ** 2;

export function guestStartCommand(): Command {
  return new Command('start')
    .description('start a guest and wait until its heart beats')
    .option('--lab <name>', 'the lab; may be left out when there is only one')
    .option('--host <name>', 'the host to start it on (default: the first one)')
    .option('--name <name>', 'its name (default: its kind and a number)')
    .addOption(
      new Option('--kind <kind>', 'a Linux guest, or a bare one of a few kilobytes')
        .choices(GUEST_KINDS)
        .default('linux'),
    )
    .option('--memory <size>', 'its memory, as in 1GiB', bytes, DEFAULT_MEMORY_BYTES)
    .addOption(
      new Option('--workload <name>', 'what it does with its memory').choices(WORKLOAD_NAMES).default('steady'),
    )
    .option('--set <size>', 'how much memory it rewrites', bytes)
    .option('--rate <rate>', 'how much of it in a second, as in 50MB/s', bytesPerSecond)
    .option('--heartbeat <hz>', 'heartbeats in a second, 0 for none', wholeNumber(0))
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(start);
}

async function start(flags: Flags): Promise<void> {
  const lab = await Lab.attach(await whichLab(flags.lab));
  try {
    const guest = await lab.startGuest(
      {
        ...{ kind: flags.kind, memoryBytes: flags.memory, workload: workloadOf(flags) },
        ...(flags.host !== undefined && { host: flags.host }),
        ...(flags.name !== undefined && { name: flags.name }),
        ...(flags.heartbeat !== undefined && { heartbeatHz: flags.heartbeat }),
      },
      (step) => process.stderr.write(`${step} …\n`),
    );
    if (flags.heartbeat !== 0) {
      process.stderr.write('wait for its first heartbeat …\n');
      await guest.heartbeats.waitForFirst();
    }
    process.stdout.write(flags.json ? `${JSON.stringify(toJson(guest))}\n` : describe(guest));
  } finally {
    await lab.detach();
  }
}

function workloadOf({ workload, set, rate }: Flags): Workload {
  return {
    name: workload,
    ...(set !== undefined && { setBytes: set }),
    ...(rate !== undefined && { bytesPerSecond: rate }),
  };
}

function toJson({ name, kind, accelerator, address, mac, host }: Guest): object {
  return { name, kind, accelerator, address, mac, host: host.name };
}

function describe(guest: Guest): string {
  return `Guest ${guest.name} runs on host ${guest.host.name} under ${guest.accelerator}, ${guest.address}.\n`;
}
