import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ALLOWABLE_CODES, type AllowableCode, type MigrateOptions, MODES, type Mode } from '../migration/index.js';
import { ESCALATIONS, type Escalation } from '../policy/index.js';
import { LONGEST_WAIT_MS } from '../validation.js';
import { commandHook } from './command-hook.js';
import { HOOK_FLAGS, type HookFlag } from './hook-flags.js';
import { addHostFlags, type HostFlags, hostsOf } from './host-flags.js';
import { type PolicyChoice, policyNamed } from './policy-flag.js';
import { present } from './present.js';
import { bytesPerSecond, fraction, milliseconds, moment, namesOf, wholeNumber, wordsOf } from './units.js';

const MEBIBYTE = 1024 * 1024;

/** What commander makes of the flags of a migration. */
export interface MigrationFlags extends HostFlags {
  source: string;
  destination: string;
  pause?: number;
  within?: number;
  slowdown?: number;
  then?: Escalation[];
  mode?: Mode;
  policy?: PolicyChoice;
  expectLink?: number;
  expectDirty?: number;
  safety?: 'auto' | 'strict' | 'guarded';
  allow?: AllowableCode[];
  unsafe?: boolean;
  control?: 'peer-to-peer' | 'direct';
  peerUri?: string;
  migrateUri?: string;
  listenAddress?: string;
  bandwidth?: number;
  parallel?: number;
  compression?: 'xbzrle' | 'zlib' | 'zstd';
  tls?: string | true;
  monitor?: boolean;
  destinationName?: string;
  destinationXml?: string;
  persist?: boolean;
  undefineSource?: boolean;
  copyDisk?: string[];
  switchoverAt?: Date;
  forecast?: boolean;
  observeLab?: string;
  trace?: string;
  hookDeadline?: number;
  json?: boolean;
}

/** The flags that say what is to be moved, how, and what may be done for it: those that preflight judges by, too. */
export function addMigrationFlags(command: Command): Command {
  return addHostFlags(command.argument('<domain>', 'name or UUID of the guest'))
    .optionsGroup('Budget:')
    .option('--pause <time>', 'longest time in which the guest may run nowhere, as in 50ms', milliseconds)
    .option('--within <time>', 'longest time for all of it, as in 2m', milliseconds)
    .option(
      '--slowdown <percent>',
      "largest part of the guest's CPU time that may be taken from it, as in 30%",
      fraction,
    )
    .option(
      '--then <steps>',
      `what may be done, in this order, when that cannot be met otherwise: ${ESCALATIONS.join(', ')}`,
      wordsOf(ESCALATIONS),
    )
    .option('--policy <name|file>', 'who decides: a policy by its name, or a ladder in a JSON file', policyNamed)
    .option('--expect-link <rate>', 'speed of the link, where it is known, as in 1Gbit/s', bytesPerSecond)
    .option('--expect-dirty <rate>', 'how fast the guest dirties its memory, where that is known', bytesPerSecond)
    .optionsGroup('Safety:')
    .addOption(
      new Option('--safety <how>', 'how it is kept from ever running twice').choices(['auto', 'strict', 'guarded']),
    )
    .option('--allow <codes>', 'findings of `precopy check` that are not to stand in the way', allowable)
    .option('--unsafe', 'migrate although libvirt holds it unsafe')
    .optionsGroup('Transport:')
    .addOption(new Option('--control <who>', 'who coordinates').choices(['peer-to-peer', 'direct']))
    .option('--peer-uri <uri>', "the destination as the source's daemon reaches it")
    .option('--migrate-uri <uri>', 'where QEMU sends the memory: tcp://host[:port]')
    .option('--listen-address <address>', "the address that the destination's QEMU listens on")
    .option('--bandwidth <rate>', 'upper limit for the memory stream, as in 50MB/s (whole MiB/s)', wholeMebibytes)
    .option('--parallel <connections>', 'send over so many connections', wholeNumber())
    .addOption(new Option('--compression <method>', 'compress the memory stream').choices(['xbzrle', 'zlib', 'zstd']))
    .option('--tls [host]', 'encrypt the memory stream; the name that the certificate must show, where it is another')
    .option('--monitor', "let the throttle be set in flight, through QEMU's monitor (taints the guest)")
    .optionsGroup('Guest:')
    .addOption(new Option('--mode <mode>', 'live, stopped first, or its definition alone').choices(MODES))
    .option('--destination-name <name>', "the guest's name on the destination")
    .option('--destination-xml <file>', 'the whole domain XML to use on the destination', readText)
    .option('--persist', 'make it persistent on the destination')
    .option('--undefine-source', 'remove its definition from the source after success')
    .option('--copy-disk <targets>', 'local disks whose content goes along, as in vda,vdb', namesOf)
    .optionsGroup('Options:');
}

/** The flags of the migration's course, which preflight has no use for. */
export function addCourseFlags(command: Command): Command {
  command
    .optionsGroup('Course:')
    .option('--switchover-at <moment>', 'hold the switchover until then: 23:15, +90s or a date with time', (text) =>
      moment(text),
    )
    .option('--forecast', 'say first what is to be expected, after looking at the guest for about eight seconds')
    .option('--journal <file>', 'write down what `precopy adopt` and `resolve` need after a crash')
    .option('--trace <file>', 'write down all that is seen and done, for `precopy replay` and `report`')
    .option('--observe-lab <name>', "listen to the guest from outside of its hosts, which are a lab's");
  for (const { flag, when } of HOOK_FLAGS) command.option(`${flag} <command>`, `run ${when}`);
  return command
    .option(
      '--hook-deadline <time>',
      'for each hook; then it is killed and counts as failed (default: 30s)',
      hookDeadline,
    )
    .optionsGroup('Options:');
}

/** The options of `migrate()` that the flags mean. */
export function migrateOptions(domain: string, flags: MigrationFlags): MigrateOptions {
  const { source, destination } = hostsOf(flags);
  const withMonitor = typeof source === 'object' && flags.monitor ? { ...source, allowMonitorCommand: true } : source;
  return present({
    // Required flags: commander has seen to it that both are there.
    ...{ source: withMonitor ?? flags.source, destination: destination ?? flags.destination, domain },
    mode: flags.mode,
    budget: present({ pauseMs: flags.pause, totalMs: flags.within, slowdown: flags.slowdown }),
    escalate: flags.then,
    policy: flags.policy,
    expect: present({ linkBytesPerSecond: flags.expectLink, dirtiedBytesPerSecond: flags.expectDirty }),
    safety: flags.safety,
    allow: flags.allow,
    allowUnsafe: flags.unsafe,
    transport: present({
      control: flags.control,
      peerUri: flags.peerUri,
      migrateUri: flags.migrateUri,
      listenAddress: flags.listenAddress,
      bandwidthBytesPerSecond: flags.bandwidth,
      parallel: flags.parallel,
      compression: flags.compression,
      tls: flags.tls,
    }),
    destinationName: flags.destinationName,
    destinationXml: flags.destinationXml,
    persistDestination: flags.persist,
    undefineSource: flags.undefineSource,
    copyDisks: flags.copyDisk,
    switchoverAt: flags.switchoverAt,
    journal: flags.journal,
    forecast: flags.forecast,
    trace: flags.trace,
  });
}

/** The hooks that were given as commands. */
export function hooksOf(flags: MigrationFlags, say: (line: string) => void): NonNullable<MigrateOptions['hooks']> {
  // One key for each hook, which commander makes out of its flag.
  const commands = flags as unknown as Readonly<Record<string, string | undefined>>;
  const given = HOOK_FLAGS.flatMap((hook): [HookFlag, string][] => {
    const command = commands[hook.key];
    return command === undefined ? [] : [[hook, command]];
  });
  const deadline = present({ deadlineMs: flags.hookDeadline });
  return Object.fromEntries(
    given.map(([hook, command]) => [hook.name, { run: commandHook(hook, command, say), ...deadline }]),
  );
}

function hookDeadline(text: string): number {
  const deadlineMs = milliseconds(text);
  if (deadlineMs < 1 || deadlineMs > LONGEST_WAIT_MS) throw new InvalidArgumentError('It must be from 1ms to 24 days.');
  return deadlineMs;
}

function wholeMebibytes(text: string): number {
  const rate = Math.floor(bytesPerSecond(text) / MEBIBYTE) * MEBIBYTE;
  if (rate < MEBIBYTE) throw new InvalidArgumentError("It must be at least 1MiB/s, which is libvirt's unit.");
  return rate;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const allowable = wordsOf(ALLOWABLE_CODES);
