import type { Forecast } from '../forecast/index.js';
import { Connection, type Endpoint, endpointUri } from '../libvirt/index.js';
import {
  type Budget,
  DOWNTIME_LIMIT_MS,
  ESCALATIONS,
  type Escalation,
  type Ladder,
  type Policy,
  type PolicyName,
  toPolicy,
} from '../policy/index.js';
import {
  abortSignal,
  anyObject,
  anyOf,
  checkOptions,
  flag,
  integer,
  LONGEST_WAIT_MS,
  number,
  oneOf,
  type Rule,
  type Rules,
  text,
  textList,
} from '../validation.js';
import { checkHooks } from './hook-rules.js';
import type { Hooks } from './hooks.js';
import { checkMode, MODES, type Mode } from './mode.js';
import type { GuestObserver } from './observer.js';
import { ALLOWABLE_CODES, type AllowableCode } from './preflight/finding.js';
import { SAFETIES, type Safety } from './safety.js';

const MEBIBYTE = 1024 * 1024;

/** How the memory gets from one host to the other, and who coordinates it. */
export interface TransportOptions {
  /**
   * `peer-to-peer` (default): the source's daemon coordinates, so a client that dies or blocks harms nothing. `direct`: this process
   * does, which is needed where the source's daemon cannot reach the destination's.
   */
  control?: 'peer-to-peer' | 'direct';
  /** The destination's libvirt URI as the source's daemon reaches it, where that differs from `destination`. */
  peerUri?: string;
  /** Where QEMU sends the memory, as `tcp://host[:port]`; by default the destination's host name decides. */
  migrateUri?: string;
  /** The address the destination's QEMU listens on. */
  listenAddress?: string;
  /** Upper limit for the memory stream, in bytes per second; a multiple of 1 MiB, which is libvirt's unit. Not honoured with `parallel`. */
  bandwidthBytesPerSecond?: number;
  /** Number of parallel connections (QEMU's multifd). */
  parallel?: number;
  /** Compression of the memory stream; `zlib` and `zstd` need `parallel`. */
  compression?: 'xbzrle' | 'zlib' | 'zstd';
  /** Encrypts the memory stream with QEMU's native TLS; a string overrides the host name that the certificate must show. */
  tls?: boolean | string;
}

/** The limits after which a call is no longer waited for, in milliseconds. */
export interface DeadlineOptions {
  /** For opening a connection. Default 30 000. */
  connectMs?: number;
  /** For each short call. Default 10 000. */
  callMs?: number;
  /** For both hosts to say who has the guest, once the migration call is back. Default 15 000. */
  settleMs?: number;
  /** For a migration to end after it was asked to abort. Default 30 000. */
  abortMs?: number;
}

/** Rates that are known before the start. */
export interface Expectation {
  /** Speed of the link for the memory stream, in bytes per second. */
  linkBytesPerSecond?: number;
  /** How fast the guest dirties its memory, in bytes per second. */
  dirtiedBytesPerSecond?: number;
}

/** A host: an open connection, which stays open, or where to open one. */
export type Host = Endpoint | Connection;

export interface MigrateOptions {
  /**
   * `live` (default): memory is copied while the guest runs. `quick`: it is stopped first, then copied, so that the pause grows with its
   * memory and the whole takes as short as can be. `offline`: only its definition goes over, whether it runs or not; nothing is stopped,
   * started or copied, and `owner` in the result says who runs it, which may be `neither`. Options that mean nothing in a mode are refused.
   */
  mode?: Mode;
  source: Host;
  destination: Host;
  /** The guest's name or UUID on the source. */
  domain: string;
  transport?: TransportOptions;
  /** The guest's name on the destination; by default the same. */
  destinationName?: string;
  /** The whole domain XML to use on the destination instead of the source's; libvirt refuses changes that the guest could see. */
  destinationXml?: string;
  /** Makes the guest persistent on the destination (libvirt writes its definition within the pause). Default false; in mode offline always true. */
  persistDestination?: boolean;
  /** Removes the definition from the source after success. Default false. */
  undefineSource?: boolean;
  /** Lets libvirt migrate although it holds that unsafe, for example with a disk cache that is not coherent. Default false. */
  allowUnsafe?: boolean;
  /** Local disks, by target name, whose content is copied as well. */
  copyDisks?: string[];
  /** How often the job is sampled, in milliseconds. Default 100, QEMU's own granularity. */
  sampleIntervalMs?: number;
  /** What the guest and its users can bear; what is left out does not bind. */
  budget?: Budget;
  /**
   * What may be done, in this order, when the budget cannot be met by passes alone. Default none: the migration goes on until it converges.
   */
  escalate?: readonly Escalation[];
  /** How the migration is steered: a policy, one by its name, or a ladder. Default `budget`. */
  policy?: PolicyName | Policy | Ladder;
  /** What is known of the link and the guest before the start; what is left out is measured or learnt. */
  expect?: Expectation;
  /**
   * What is to be held against what comes of it: `true` forecasts the migration once both hosts are checked, which takes about eight seconds, needs
   * the speed of the link to be known (`expect`, or an earlier move between these hosts) and touches nothing; or a forecast that `forecast()`
   * gave before. Without one nothing is forecast.
   */
  forecast?: boolean | Forecast;
  /**
   * Whoever receives the guest's signs of life outside of both hosts: `pause.outsideMs` is what it saw, and the trace has the guest's work
   * before, during and after. The result comes when the guest has run for another second.
   */
  observer?: GuestObserver;
  /**
   * `strict`: the guest arrives stopped and is resumed once the source is proven to have let go, so it never runs twice; that costs pause.
   * `guarded`: it runs at once, and if it is ever seen running on both sides, both are suspended. `auto` (default): strict where a
   * writable disk has no lock that holds across hosts, guarded otherwise.
   */
  safety?: Safety;
  /** Findings of preflight that are warnings only, since the caller knows better. */
  allow?: readonly AllowableCode[];
  /** What is called at each phase, and may veto, hold or act. */
  hooks?: Hooks;
  /** The moment at which the guest is to stop: the switchover is held until then. */
  switchoverAt?: Date;
  /** A file in which the migration is written down as it goes, so that `adopt()` and `resolve()` can take over after a crash. */
  journal?: string;
  /** A new file in which everything that is seen and done is written down as it happens, to be read by `readTrace()`; never a secret. */
  trace?: string;
  deadlines?: DeadlineOptions;
  /** Aborts the migration; its reason becomes the abort's reason. */
  signal?: AbortSignal;
}

/** Options with every default in its place. */
export interface ResolvedOptions
  extends Omit<
    MigrateOptions,
    'mode' | 'deadlines' | 'transport' | 'sampleIntervalMs' | 'policy' | 'budget' | 'escalate' | 'expect'
  > {
  mode: Mode;
  policy: Policy;
  budget: Budget;
  escalate: readonly Escalation[];
  expect: Expectation;
  hooks: Hooks;
  safety: Safety;
  allow: readonly AllowableCode[];
  transport: TransportOptions;
  deadlines: Required<DeadlineOptions>;
  sampleIntervalMs: number;
}

const DEFAULT_DEADLINES: Required<DeadlineOptions> = {
  connectMs: 30_000,
  callMs: 10_000,
  settleMs: 15_000,
  abortMs: 30_000,
};

const wholeMebibytes: Rule = (value) =>
  Number.isSafeInteger(value) && Number(value) >= MEBIBYTE && Number(value) % MEBIBYTE === 0
    ? undefined
    : `a whole multiple of ${MEBIBYTE} (1 MiB)`;

/** A host, in any of its forms. */
export const hostRule: Rule = (value) => {
  if (value instanceof Connection || text(value) === undefined) return undefined;
  if (typeof value === 'object' && value !== null && 'uri' in value && text(value.uri) === undefined) return undefined;
  return 'a libvirt URI, an object with a uri, or an open Connection';
};

const forecastRule: Rule = (value) =>
  typeof value === 'object' && value !== null && 'verdict' in value && 'inputs' in value
    ? undefined
    : 'a forecast that forecast() gave';

const observerRule: Rule = (value) =>
  typeof value === 'object' && value !== null && 'window' in value && typeof value.window === 'function'
    ? undefined
    : 'an object with a function window, such as the heartbeats of a guest in a lab';

const transportRules: Rules<TransportOptions> = {
  control: oneOf('peer-to-peer', 'direct'),
  peerUri: text,
  migrateUri: text,
  listenAddress: text,
  bandwidthBytesPerSecond: wholeMebibytes,
  parallel: integer(1, 255),
  compression: oneOf('xbzrle', 'zlib', 'zstd'),
  tls: anyOf(flag, text),
};

const deadlineRules: Rules<DeadlineOptions> = {
  connectMs: integer(1, LONGEST_WAIT_MS),
  callMs: integer(1, LONGEST_WAIT_MS),
  settleMs: integer(1, LONGEST_WAIT_MS),
  abortMs: integer(1, LONGEST_WAIT_MS),
};

const budgetRules: Rules<Budget> = {
  pauseMs: number(1, DOWNTIME_LIMIT_MS.maximum),
  totalMs: number(1, Number.MAX_SAFE_INTEGER),
  slowdown: number(0, 1),
};

const expectRules: Rules<Expectation> = {
  linkBytesPerSecond: number(1, Number.MAX_SAFE_INTEGER),
  dirtiedBytesPerSecond: number(0, Number.MAX_SAFE_INTEGER),
};

/** A list of some of these, each at most once. */
const listOf =
  (...allowed: readonly string[]): Rule =>
  (value) =>
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((item) => oneOf(...allowed)(item) === undefined)
      ? undefined
      : `a list of ${allowed.join(', ')}, each at most once`;

const futureDate: Rule = (value) =>
  value instanceof Date && value.getTime() > Date.now() && value.getTime() < Date.now() + LONGEST_WAIT_MS
    ? undefined
    : 'a Date in the future, within 24 days';

const rules: Rules<MigrateOptions> = {
  mode: oneOf(...MODES),
  source: hostRule,
  destination: hostRule,
  domain: text,
  transport: anyObject,
  destinationName: text,
  destinationXml: text,
  persistDestination: flag,
  undefineSource: flag,
  allowUnsafe: flag,
  copyDisks: textList,
  sampleIntervalMs: integer(10, 60_000),
  budget: anyObject,
  escalate: listOf(...ESCALATIONS),
  policy: anyOf(text, anyObject),
  expect: anyObject,
  forecast: anyOf(flag, forecastRule),
  observer: observerRule,
  hooks: anyObject,
  safety: oneOf(...SAFETIES),
  allow: listOf(...ALLOWABLE_CODES),
  switchoverAt: futureDate,
  journal: text,
  trace: text,
  deadlines: anyObject,
  signal: abortSignal,
};

/**
 * Checks the options and fills in the defaults. Pure. A URI that could do more than connect is refused here too.
 *
 * @throws InvalidArgumentError for the first option that is not as it must be
 */
export function resolveOptions(options: MigrateOptions): ResolvedOptions {
  checkOptions<MigrateOptions>('', options, rules, ['source', 'destination', 'domain']);
  for (const side of ['source', 'destination'] as const) {
    const host = options[side];
    if (!(host instanceof Connection)) endpointUri(host, side);
  }
  checkOptions<TransportOptions>('transport', options.transport ?? {}, transportRules);
  if (options.transport?.peerUri !== undefined) endpointUri(options.transport.peerUri, 'transport.peerUri');
  checkOptions<Budget>('budget', options.budget ?? {}, budgetRules);
  checkOptions<Expectation>('expect', options.expect ?? {}, expectRules);
  checkHooks(options.hooks ?? {});
  const mode = options.mode ?? 'live';
  checkMode(mode, options);
  return {
    ...options,
    mode,
    // libvirt wants it said: a definition that does not persist is none.
    persistDestination: mode === 'offline' || options.persistDestination === true,
    hooks: { ...options.hooks },
    safety: options.safety ?? 'auto',
    allow: options.allow ?? [],
    policy: mode === 'live' ? toPolicy(options.policy ?? 'budget') : toPolicy('qemu'),
    budget: { ...options.budget },
    escalate: options.escalate ?? [],
    expect: { ...options.expect },
    transport: { ...options.transport },
    deadlines: resolveDeadlines(options.deadlines),
    sampleIntervalMs: options.sampleIntervalMs ?? 100,
  };
}

/** Checks deadlines and fills in the defaults. @throws InvalidArgumentError */
export function resolveDeadlines(deadlines: DeadlineOptions = {}): Required<DeadlineOptions> {
  checkOptions<DeadlineOptions>('deadlines', deadlines, deadlineRules);
  return { ...DEFAULT_DEADLINES, ...deadlines };
}
