#!/usr/bin/env node
import { join, parse } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { PrecopyError } from '../errors.js';
import { type Guest, type Host, Lab, WORKLOAD_NAMES, type WorkloadName } from '../lab/index.js';
import { type MigrateOptions, type MigrationResult, migrate } from '../migration/index.js';
import { displayOn } from './display.js';
import { EXIT_CODES } from './exit-codes.js';
import { formatBytes, formatMs, formatTable } from './format.js';
import { Interrupt } from './interrupt.js';
import { present } from './present.js';
import { wholeNumber } from './units.js';

const GIBIBYTE = 1024 ** 3;
const GIGABIT_PER_SECOND = 1e9;

/** How long the heartbeats are listened to before a migration, so that its silence has something to stand out from. */
const MARGIN_MS = 1000;

interface Flags {
  rounds: number;
  kind: 'linux' | 'bare';
  workload: WorkloadName;
  trace?: string;
  json: boolean;
}

/** One move, as its three witnesses saw it: QEMU, the engine, and an observer outside. */
interface Round {
  outcome: MigrationResult['outcome'];
  owner: MigrationResult['owner'];
  /** Where virsh, an independent client, finds the guest running. */
  virsh: 'source' | 'destination' | 'both' | 'neither';
  totalMs: number;
  passes: number;
  sentBytes: number | undefined;
  pause: MigrationResult['pause'];
  guest: { badPages: number; clockWentBack: boolean; beatsLost: number };
}

const command = new Command('npm run demo --')
  .description(
    'Moves a running guest between two hosts of a lab, there and back, and shows what the pause was, seen from outside.',
  )
  .option('--rounds <count>', 'how many times it moves', wholeNumber(), 2)
  .addOption(
    new Option('--kind <kind>', 'a Linux guest, or a bare one of a few kilobytes')
      .choices(['linux', 'bare'])
      .default('linux'),
  )
  .addOption(
    new Option('--workload <name>', 'what the guest does with its memory')
      .choices([...WORKLOAD_NAMES])
      .default('steady'),
  )
  .option(
    '--trace <file>',
    'write each move down in a new file, for `precopy report`: run.ndjson, run-2.ndjson and so on',
  )
  .option('--json', 'the last line of stdout is one JSON object', false)
  .exitOverride();

process.exitCode = await main();

async function main(): Promise<number> {
  using interrupt = new Interrupt();
  try {
    const flags = command.parse().opts<Flags>();
    const { rounds, leftovers } = await demonstrate(flags, interrupt.signal);
    if (flags.json) process.stdout.write(`${JSON.stringify({ rounds, leftovers })}\n`);
    else process.stdout.write(`\n${tableOf(rounds)}\n\n${leftoversLine(leftovers)}\n`);
    if (interrupt.signal.aborted) return EXIT_CODES.interrupted;
    const fine = rounds.length === flags.rounds && rounds.every(isFine) && leftovers.length === 0;
    return fine ? EXIT_CODES.completed : EXIT_CODES.failed;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    if (interrupt.signal.aborted) return EXIT_CODES.interrupted;
    if (!(error instanceof PrecopyError)) throw error;
    process.stderr.write(`demo: ${error.message}\n${error.remedy ?? ''}\n`);
    return EXIT_CODES.failed;
  }
}

async function demonstrate(flags: Flags, signal: AbortSignal): Promise<{ rounds: Round[]; leftovers: string[] }> {
  const rounds: Round[] = [];
  say('two hosts, joined by a link of 1 Gbit/s …');
  const lab = await Lab.start({ link: { bitsPerSecond: GIGABIT_PER_SECOND }, signal });
  try {
    say(`a ${flags.kind} guest of 1 GiB, workload ${flags.workload} …`);
    const guest = await lab.startGuest({ kind: flags.kind, memoryBytes: GIBIBYTE, workload: { name: flags.workload } });
    await guest.heartbeats.waitForFirst({ signal });
    say(`it runs under ${guest.accelerator} and its heart beats`);
    for (let number = 0; number < flags.rounds && !signal.aborted; number += 1) {
      const [from, to] = number % 2 === 0 ? [lab.host('a'), lab.host('b')] : [lab.host('b'), lab.host('a')];
      say(`\nround ${number + 1} of ${flags.rounds}: ${from.name} → ${to.name}`);
      const round = await move(guest, from, to, { signal, ...traceOf(flags.trace, number) });
      rounds.push(round);
      if (round.outcome !== 'completed') break;
    }
  } finally {
    say('\ntaking everything down …');
    await lab.stop();
  }
  return { rounds, leftovers: await lab.leftovers() };
}

/** The first file is the one that was named. */
function traceOf(trace: string | undefined, number: number): Pick<MigrateOptions, 'trace'> {
  if (trace === undefined || number === 0) return present({ trace });
  const { dir, name, ext } = parse(trace);
  return { trace: join(dir, `${name}-${number + 1}${ext}`) };
}

async function move(
  guest: Guest,
  from: Host,
  to: Host,
  options: Pick<MigrateOptions, 'signal' | 'trace'>,
): Promise<Round> {
  await pause(MARGIN_MS);
  const beforeNs = process.hrtime.bigint();
  const migration = migrate({
    source: from.endpoint,
    destination: to.endpoint,
    domain: guest.name,
    transport: { peerUri: to.peerUri, migrateUri: to.migrateUri },
    observer: guest.heartbeats,
    ...options,
  });
  const display = displayOn(process.stderr, { domain: guest.name, source: from.endpoint, destination: to.endpoint });
  for await (const event of migration) display.show(event);
  display.close();
  const result = await migration.outcome;
  if (result.error !== undefined) say(`${result.error.message}\n${result.error.remedy}`);
  const seen = guest.heartbeats.analyse({ fromNs: beforeNs, toNs: process.hrtime.bigint() });
  return {
    outcome: result.outcome,
    owner: result.owner,
    virsh: await whereVirshSees(guest.name, from, to),
    totalMs: result.totalMs,
    passes: result.passes,
    sentBytes: result.sentBytes,
    pause: result.pause,
    guest: { badPages: seen.badPages, clockWentBack: seen.clockWentBack, beatsLost: seen.beatsLost },
  };
}

async function whereVirshSees(name: string, from: Host, to: Host): Promise<Round['virsh']> {
  const runsOn = async (host: Host) => {
    const { stdout } = await host.exec(['virsh', '--quiet', 'list', '--name', '--state-running']);
    return stdout.split('\n').includes(name);
  };
  const [source, destination] = await Promise.all([runsOn(from), runsOn(to)]);
  if (source) return destination ? 'both' : 'source';
  return destination ? 'destination' : 'neither';
}

function isFine({ outcome, owner, virsh, guest }: Round): boolean {
  return (
    outcome === 'completed' &&
    owner === 'destination' &&
    virsh === owner &&
    guest.badPages === 0 &&
    !guest.clockWentBack
  );
}

function tableOf(rounds: readonly Round[]): string {
  return formatTable(
    [
      'round',
      'total',
      'passes',
      'sent',
      'pause: QEMU',
      'engine',
      'outside',
      'beats lost',
      'bad pages',
      'owner',
      'virsh',
    ],
    rounds.map((round, index) => [
      `${index + 1}`,
      formatMs(round.totalMs),
      `${round.passes}`,
      round.sentBytes === undefined ? '–' : formatBytes(round.sentBytes),
      formatMs(round.pause.qemuMs),
      formatMs(round.pause.observedMs),
      formatMs(round.pause.outsideMs),
      `${round.guest.beatsLost}`,
      `${round.guest.badPages}`,
      round.owner,
      round.virsh,
    ]),
  );
}

function leftoversLine(leftovers: readonly string[]): string {
  return leftovers.length === 0 ? 'Nothing is left of the lab.' : `Left of the lab:\n${leftovers.join('\n')}`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
