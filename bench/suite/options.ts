import { Command, Help, InvalidArgumentError, Option } from 'commander';
import { InvalidArgumentError as InvalidOption } from '../../lib/errors.js';
import { MODES, type OwnHost, type OwnHosts, type Plan, scenariosOf } from './plan.js';
import { ALL, FULL, QUICK } from './scenarios.js';
import { STRATEGIES, STRATEGY_NAMES, type StrategyName } from './strategies.js';

/** A quick benchmark ends within ten minutes: no round begins that would probably end later than this. */
const QUICK_MINUTES = 9.5;

export interface RunFlags {
  quick?: true;
  full?: true;
  scenario?: string[];
  against?: StrategyName[];
  rounds?: number;
  seed: number;
  minutes?: number;
  output?: string;
  resume?: string;
  json: boolean;
  source?: string;
  destination?: string;
  domain?: string;
  sourceSocket?: string;
  destinationSocket?: string;
  sourcePeerUri?: string;
  destinationPeerUri?: string;
}

export interface CompareFlags {
  json: boolean;
  seed: number;
}

export interface Actions {
  run: (flags: RunFlags) => Promise<void>;
  compare: (before: string, after: string, flags: CompareFlags) => Promise<void>;
}

/** The benchmark's command line; commander throws a CommanderError when it is wrong, or help was asked for. */
export function benchCommand({ run, compare }: Actions): Command {
  const bench = new Command('bench')
    .description(
      'Measures migrations by precopy, by virsh, by the rules of others and by QEMU alone, beside each other.',
    )
    .addOption(new Option('--quick', 'a few minutes with small guests (default)').conflicts('full'))
    .option('--full', 'everything, ten times: hours')
    .addOption(new Option('--scenario <names...>', 'only these').choices(ALL.map(({ name }) => name)))
    .addOption(
      new Option(
        '--against <strategies...>',
        "beside each scenario's reference, instead of its own strategies",
      ).choices(STRATEGY_NAMES),
    )
    .option(
      '--rounds <count>',
      "how often each strategy is measured, instead of each scenario's own number",
      wholeNumber,
    )
    .option('--seed <number>', 'for the order and the intervals', wholeNumber, 1)
    .option(
      '--minutes <count>',
      `no round begins that would end later (default: ${QUICK_MINUTES} with --quick)`,
      wholeNumber,
    )
    .option('--output <name>', 'results go to NAME.ndjson as they come, and to NAME.json and NAME.html at the end')
    .option('--resume <file>', 'go on with the .ndjson file of a benchmark that was interrupted')
    .option('--json', 'the last line of stdout is one JSON object', false)
    .option('--source <uri>', 'move your own guest, between your own hosts: libvirt URI of the one')
    .option('--destination <uri>', '… and of the other')
    .option('--domain <name>', '… and the name of the guest; it must run on one of them')
    .option('--source-socket <path>', "the source daemon's socket, where it is not the usual one")
    .option('--destination-socket <path>', "the destination daemon's socket, where it is not the usual one")
    .option('--source-peer-uri <uri>', "the source as the destination's daemon reaches it, for the way back")
    .option('--destination-peer-uri <uri>', "the destination as the source's daemon reaches it")
    .addHelpText('after', HELP)
    .action(run);
  bench
    .command('compare')
    .description('Says what differs between two results, each a .json or .ndjson file.')
    .argument('<before>', 'the one')
    .argument('<after>', 'the other')
    .option('--json', 'one JSON object on stdout', false)
    .option('--seed <number>', 'for the intervals', wholeNumber, 1)
    .action(compare);
  // --json means something else after `compare`.
  bench.enablePositionalOptions();
  for (const command of [bench, ...bench.commands]) command.exitOverride();
  return bench;
}

/** What the flags ask for, when nothing is resumed. @throws InvalidArgumentError when they contradict each other */
export function planOf(flags: RunFlags): Plan {
  const mode = MODES.find((name) => flags[name]) ?? 'quick';
  const own = ownHosts(flags);
  if (own !== undefined && flags.scenario !== undefined) {
    throw new InvalidOption('--scenario', flags.scenario[0], 'left out when --domain is given');
  }
  return {
    ...{ mode, seed: flags.seed, scenarios: own === undefined ? (flags.scenario ?? scenariosOf(mode)) : [] },
    ...(own === undefined ? {} : { own }),
    ...(flags.against === undefined ? {} : { against: flags.against }),
    ...(flags.rounds === undefined ? {} : { rounds: flags.rounds }),
  };
}

/** How long it may take, in milliseconds. */
export function limitMs(minutes: number | undefined, { mode }: Plan): number {
  return (minutes ?? (mode === 'quick' ? QUICK_MINUTES : Number.POSITIVE_INFINITY)) * 60_000;
}

function ownHosts(flags: RunFlags): OwnHosts | undefined {
  const { source, destination, domain } = flags;
  if (source === undefined && destination === undefined && domain === undefined) return undefined;
  for (const [name, value] of Object.entries({
    '--source': source,
    '--destination': destination,
    '--domain': domain,
  })) {
    if (value === undefined) throw new InvalidOption(name, value, 'given as well: a guest of your own needs all three');
  }
  if (flags.against?.includes('qmp')) {
    throw new InvalidOption('--against', 'qmp', 'left out when --domain is given: the guest is run by libvirt');
  }
  return {
    domain: domain ?? '',
    source: ownHost(source ?? '', flags.sourceSocket, flags.sourcePeerUri),
    destination: ownHost(destination ?? '', flags.destinationSocket, flags.destinationPeerUri),
  };
}

function ownHost(uri: string, socketPath: string | undefined, peerUri: string | undefined): OwnHost {
  return { uri, ...(socketPath === undefined ? {} : { socketPath }), ...(peerUri === undefined ? {} : { peerUri }) };
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return Number(value);
}

const NAME_COLUMNS = Math.max(...STRATEGY_NAMES.map(({ length }) => length));
const help = new Help();
help.prepareContext({ helpWidth: process.stdout.columns });

/** Wrapped as the options above it are. */
const list = (rows: readonly (readonly [string, string])[]) =>
  rows.map(([name, about]) => help.formatItem(name, NAME_COLUMNS, about, help)).join('\n');

const HELP = `
Scenarios of --quick:
${list(QUICK.map(({ name, about }) => [name, about]))}

Scenarios of --full:
${list(FULL.map(({ name, about }) => [name, about]))}

Strategies:
${list(STRATEGY_NAMES.map((name) => [name, STRATEGIES[name].about]))}

Examples:
  precopy bench --quick
  precopy bench --scenario steady --against precopy nova kubevirt-stall --rounds 10
  precopy bench --source qemu+tls://a/system --destination qemu+tls://b/system --domain db1
  precopy bench --resume precopy-bench.ndjson
  precopy bench compare before.json after.json

Exit codes: 0 measured · 1 failed · 2 wrong usage · 130 interrupted with Ctrl-C: --resume goes on`;
