import { Command, InvalidArgumentError, Option } from 'commander';
import { type MigrateOptions, type MigrationEvent, migrate } from '../migration/index.js';
import { exitCodeOf } from './exit-codes.js';
import { formatBytes, formatMs } from './format.js';
import { Progress } from './progress.js';

const EXAMPLES = `
Examples:
  precopy migrate db1 --source qemu+tls://a/system --destination qemu+tls://b/system
  precopy migrate db1 --source qemu:///system --destination qemu+tls://b/system --json
  precopy migrate db1 --source qemu:///system --source-socket /run/a/libvirt-sock \\
      --destination qemu:///system --destination-socket /run/b/libvirt-sock --peer-uri qemu+tcp://10.0.0.2/system

Exit codes: 0 completed · 1 failed, the guest is on the source · 2 wrong usage · 3 cancelled, the guest is on the source ·
4 it cannot be proven that the guest is on one side alone: see the message`;

interface Flags {
  source: string;
  destination: string;
  sourceSocket?: string;
  destinationSocket?: string;
  control?: 'peer-to-peer' | 'direct';
  peerUri?: string;
  migrateUri?: string;
  listenAddress?: string;
  bandwidth?: number;
  parallel?: number;
  compression?: 'xbzrle' | 'zlib' | 'zstd';
  tls?: boolean;
  mode?: 'live' | 'quick' | 'offline';
  destinationName?: string;
  persist?: boolean;
  undefineSource?: boolean;
  unsafe?: boolean;
  json?: boolean;
  trace?: string;
}

/** `precopy migrate`: one guest from here to there, with progress on stderr and the result on stdout. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Move a running guest to another host.')
    .argument('<domain>', 'name or UUID of the guest')
    .requiredOption('--source <uri>', 'libvirt URI of the host it runs on')
    .requiredOption('--destination <uri>', 'libvirt URI of the host it goes to')
    .option('--source-socket <path>', "the source daemon's socket, where it is not the usual one")
    .option('--destination-socket <path>', "the destination daemon's socket, where it is not the usual one")
    .addOption(new Option('--mode <mode>', 'how it gets over').choices(['live', 'quick', 'offline']))
    .addOption(new Option('--control <who>', 'who coordinates').choices(['peer-to-peer', 'direct']))
    .option('--peer-uri <uri>', "the destination as the source's daemon reaches it")
    .option('--migrate-uri <uri>', 'where QEMU sends the memory: tcp://host[:port]')
    .option('--listen-address <address>', "the address that the destination's QEMU listens on")
    .option('--bandwidth <MiB/s>', 'upper limit for the memory stream', mebibytes)
    .option('--parallel <connections>', 'send over so many connections', wholeNumber)
    .addOption(new Option('--compression <method>', 'compress the memory stream').choices(['xbzrle', 'zlib', 'zstd']))
    .option('--tls', 'encrypt the memory stream')
    .option('--destination-name <name>', "the guest's name on the destination")
    .option('--persist', 'make it persistent on the destination')
    .option('--undefine-source', 'remove its definition from the source after success')
    .option('--unsafe', 'migrate although libvirt holds it unsafe')
    .option('--trace <file>', 'write down all that is seen and done, for `precopy replay` and `precopy report`')
    .option('--json', 'events as NDJSON on stdout, the result last')
    .addHelpText('after', EXAMPLES)
    .action(async (domain: string, flags: Flags) => {
      process.exitCode = await run(toOptions(domain, flags), flags.json === true);
    });
}

function toOptions(domain: string, flags: Flags): MigrateOptions {
  const present = <T extends object>(values: T): T =>
    // Only entries are left out, so the type stays what it was.
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
  return present({
    source: present({ uri: flags.source, socketPath: flags.sourceSocket }),
    destination: present({ uri: flags.destination, socketPath: flags.destinationSocket }),
    domain,
    mode: flags.mode,
    transport: present({
      control: flags.control,
      peerUri: flags.peerUri,
      migrateUri: flags.migrateUri,
      listenAddress: flags.listenAddress,
      bandwidthBytesPerSecond: flags.bandwidth === undefined ? undefined : flags.bandwidth * 1024 * 1024,
      parallel: flags.parallel,
      compression: flags.compression,
      tls: flags.tls,
    }),
    destinationName: flags.destinationName,
    persistDestination: flags.persist,
    undefineSource: flags.undefineSource,
    allowUnsafe: flags.unsafe,
    trace: flags.trace,
  }) as MigrateOptions;
}

async function run(options: MigrateOptions, json: boolean): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new Error('interrupted with Ctrl-C'));
  process.on('SIGINT', onInterrupt);
  try {
    const migration = migrate({ ...options, signal: interrupt.signal });
    const progress = new Progress(process.stderr);
    for await (const event of migration) {
      if (json) process.stdout.write(`${JSON.stringify(toJson(event))}\n`);
      else progress.show(event);
    }
    const result = await migration.outcome;
    if (!json && result.error === undefined) {
      const { totalMs, passes, sentBytes, pause } = result;
      process.stdout.write(
        `${result.domain.name} is on ${result.destination?.hostname}: ${formatMs(totalMs)}, ${passes} passes, ${formatBytes(sentBytes ?? 0)}, pause ${formatMs(pause.observedMs)}\n`,
      );
    }
    if (result.error !== undefined) process.stderr.write(`precopy: ${result.error.message}\n${result.error.remedy}\n`);
    return exitCodeOf(result);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** An event as JSON; an error's message and code do not show by themselves. */
export function toJson(event: MigrationEvent): object {
  if (event.type !== 'end' || event.result.error === undefined) return event;
  const { code, message, remedy } = event.result.error;
  return { ...event, result: { ...event.result, error: { code, message, remedy } } };
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return Number(value);
}

const mebibytes = wholeNumber;
