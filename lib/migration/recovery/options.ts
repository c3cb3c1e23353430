import { InvalidArgumentError } from '../../errors.js';
import { checkOptions, flag, integer, type Rule, type Rules, text } from '../../validation.js';
import { readJournal } from '../journal.js';
import { type Host, type MigrateOptions, type ResolvedOptions, resolveOptions } from '../options.js';

/** What a recovery is about: both hosts and the guest, or the journal that names them. */
export interface RecoveryTarget {
  /** Where the guest was to leave. */
  source?: Host;
  /** Where it was to go. */
  destination?: Host;
  /** The guest's name or UUID. */
  domain?: string;
  /**
   * The file that the migration wrote. It names hosts and guest, which may be left out then (give a host all the same where it needs
   * a password: that is never in a journal), and it tells what nobody can see any more.
   */
  journal?: string;
}

/** The limits after which something is no longer waited for, in milliseconds. */
export interface ResolveDeadlines {
  /** For opening a connection. Default 30 000. */
  connectMs?: number;
  /** For each call. Default 10 000. */
  callMs?: number;
  /** For libvirt to put away by itself what it can. Default 35 000: keepalive needs up to 30 s. */
  waitMs?: number;
}

export interface ResolveOptions extends RecoveryTarget {
  /** Changes nothing, does not wait, and says what would be done. Default false. */
  dryRun?: boolean;
  deadlines?: ResolveDeadlines;
  signal?: AbortSignal;
}

export interface ResolvedResolveOptions {
  source: Host;
  destination: Host;
  domain: string;
  destinationRan: boolean;
  wasRunning: boolean | undefined;
  dryRun: boolean;
  deadlines: ResolvedOptions['deadlines'];
  waitMs: number;
  signal: AbortSignal | undefined;
}

const DEFAULT_WAIT_MS = 35_000;

/** Checked by the migration's own rules, once the journal has filled in what is left out. */
const later: Rule = () => undefined;

const rules: Rules<ResolveOptions> = {
  source: later,
  destination: later,
  domain: later,
  deadlines: later,
  signal: later,
  journal: text,
  dryRun: flag,
};

const waitMsRule = integer(0);

/** Hosts and guest with what the journal adds. */
export interface Target extends Pick<MigrateOptions, 'source' | 'destination' | 'domain'> {
  destinationRan: boolean;
  wasRunning: boolean | undefined;
}

/** Takes from the journal what is left out. Throws InvalidArgumentError for what is missing in both. */
export function readTarget({ source, destination, domain, journal }: RecoveryTarget): Target {
  const record = journal === undefined ? undefined : readJournal(journal);
  const target = {
    source: source ?? record?.source,
    destination: destination ?? record?.destination,
    domain: domain ?? record?.domain,
  };
  for (const [option, value] of Object.entries(target)) {
    if (value === undefined) throw new InvalidArgumentError(option, value, 'given, or a journal that names it');
  }
  return {
    // The loop above has thrown for whatever is undefined; TypeScript does not see that through Object.entries.
    ...(target as Pick<MigrateOptions, 'source' | 'destination' | 'domain'>),
    destinationRan: record?.destinationRan ?? false,
    wasRunning: record?.wasRunning,
  };
}

/**
 * Checks the options of resolve() and fills in the defaults.
 *
 * @throws InvalidArgumentError, PrecopyError `ERR_PRECOPY_JOURNAL`
 */
export function resolveResolveOptions(options: ResolveOptions): ResolvedResolveOptions {
  checkOptions<ResolveOptions>('', options, rules);
  const { dryRun = false, signal } = options;
  const { waitMs = DEFAULT_WAIT_MS, ...deadlines } = options.deadlines ?? {};
  const wanted = waitMsRule(waitMs);
  if (wanted !== undefined) throw new InvalidArgumentError('deadlines.waitMs', waitMs, wanted);
  const { destinationRan, wasRunning, ...target } = readTarget(options);
  const checked = resolveOptions({ ...target, deadlines, ...(signal === undefined ? {} : { signal }) });
  return {
    ...{ source: checked.source, destination: checked.destination, domain: checked.domain },
    ...{ deadlines: checked.deadlines, destinationRan, wasRunning, dryRun, waitMs, signal },
  };
}
