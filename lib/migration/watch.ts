import { EventEmitter, on } from 'node:events';
import { Connection, type JobStats } from '../libvirt/index.js';
import { DOWNTIME_LIMIT_MS } from '../policy/index.js';
import { checkOptions, type Rule, type Rules } from '../validation.js';
import type { Limits } from './actuators.js';
import { Clock } from './clock.js';
import { connectSides, type Sides } from './connect.js';
import { withDeadline } from './deadline.js';
import type { AssessedSample, MigrationEvent, MigrationSample } from './events.js';
import { JobReader } from './job.js';
import { type DeadlineOptions, type Host, type ResolvedOptions, resolveOptions } from './options.js';
import type { Owner } from './ownership.js';
import { PassTracker, readingOf } from './pass-tracker.js';
import { PhaseMachine } from './phases.js';
import { Prospect } from './prospect.js';
import { findEitherSide } from './recovery/adopt.js';
import { followJob } from './recovery/follow.js';
import { type RecoveryTarget, readTarget } from './recovery/options.js';
import { isUnderWay, type Verdict } from './recovery/row.js';
import { Sampler } from './sampler.js';
import { hasBegun } from './steering.js';
import { Witness } from './witness.js';

export interface WatchOptions extends RecoveryTarget {
  /** How often the job is sampled, in milliseconds. Default 100. */
  sampleIntervalMs?: number;
  deadlines?: DeadlineOptions;
  /** Ends the watching, and nothing else. */
  signal?: AbortSignal;
}

/** What is seen of a migration from outside. `atMs` is on one clock for both hosts: milliseconds since the watching began. */
export type WatchEvent =
  | Extract<MigrationEvent, { type: 'phase' | 'pass' | 'guest' }>
  | ({ type: 'sample'; atMs: number } & AssessedSample)
  /** Always the last one, unless the signal ended the watching: what has become of the migration, as both hosts show it. */
  | {
      type: 'over';
      atMs: number;
      /** False when there was none to begin with. */
      wasUnderWay: boolean;
      verdict: Verdict;
      says: string;
      owner: Owner;
      /** Stop on the source to start on the destination, where both were seen. */
      pauseMs: number | undefined;
    };

/** Checked by the migration's own rules, once the journal has filled in what is left out. */
const later: Rule = () => undefined;

const rules: Rules<WatchOptions> = {
  ...{ source: later, destination: later, domain: later, journal: later },
  ...{ sampleIntervalMs: later, deadlines: later, signal: later },
};

/**
 * Looks on while another process migrates a guest: events and job statistics of both hosts, over read-only connections, so that nothing can be
 * changed by it. An open `Connection` that is given instead of a URI stays what it is.
 *
 * @example
 * ```ts
 * for await (const event of watch({ source: 'qemu+tls://a/system', destination: 'qemu+tls://b/system', domain: 'db1' })) console.log(event);
 * ```
 *
 * @throws InvalidArgumentError, PrecopyError `ERR_PRECOPY_JOURNAL` at the first step; `ERR_PRECOPY_UNREACHABLE` and
 *   `ERR_PRECOPY_NOTHING_TO_ADOPT` where neither host has the guest
 */
export async function* watch(options: WatchOptions): AsyncGenerator<WatchEvent, void, undefined> {
  checkOptions<WatchOptions>('', options, rules);
  const { sampleIntervalMs, deadlines, signal } = options;
  const { source, destination, domain } = readTarget(options);
  const resolved = resolveOptions({
    ...{ source: readOnly(source), destination: readOnly(destination), domain },
    ...(sampleIntervalMs === undefined ? {} : { sampleIntervalMs }),
    ...(deadlines === undefined ? {} : { deadlines }),
  });
  const sides = await connectSides(resolved, signal).catch((error: unknown) => {
    if (signal?.aborted) return undefined;
    throw error;
  });
  if (sides === undefined) return;
  try {
    yield* new Onlooker(sides, resolved, signal).look();
  } finally {
    await Promise.all([sides.source.close(), sides.destination.close()]);
  }
}

function readOnly(host: Host): Host {
  if (host instanceof Connection) return host;
  return typeof host === 'string' ? { uri: host, readOnly: true } : { ...host, readOnly: true };
}

/** What the other process has set is not seen from outside: QEMU's own. */
const UNKNOWN_LIMITS: Limits = {
  ...{ downtimeLimitMs: DOWNTIME_LIMIT_MS.default, bandwidthBytesPerSecond: undefined },
  ...{ postCopyActive: false, paused: false },
};

class Onlooker {
  readonly #sides: Sides;
  readonly #options: ResolvedOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #clock = new Clock();
  readonly #events = new EventEmitter<{ event: [WatchEvent]; end: [] }>();
  readonly #passes = new PassTracker('unknown');
  readonly #prospect = new Prospect();
  readonly #phases = new PhaseMachine((phase, atMs) => this.#tell({ type: 'phase', atMs, phase }));

  constructor(sides: Sides, options: ResolvedOptions, signal: AbortSignal | undefined) {
    this.#sides = sides;
    this.#options = options;
    this.#signal = signal;
  }

  async *look(): AsyncGenerator<WatchEvent, void, undefined> {
    const { callMs } = this.#options.deadlines;
    const guest = await findEitherSide(this.#sides, this.#options);
    const events = on(this.#events, 'event', { close: ['end'] });
    const reader = new JobReader(() => this.#sides.source.revive(guest), callMs);
    const sampler = new Sampler({
      intervalMs: () => this.#options.sampleIntervalMs,
      atMs: () => this.#clock.atMs(),
      read: () => reader.read(),
      onReading: (stats, sample, atMs) => {
        this.#countPasses(stats, atMs);
        this.#tell({ type: 'sample', atMs, ...sample, ...this.#assess(stats, atMs) });
      },
    });
    const witness = new Witness(guest.uuid, this.#clock, {
      onGuest: (side, event, detail, atMs) => {
        this.#tell({ type: 'guest', atMs, side, event, detail });
        if (side === 'source' && event === 'suspended') this.#phases.advance('stop-and-copy', atMs);
        if (side === 'destination' && event === 'resumed') this.#phases.advance('handover', atMs);
      },
      onSync: () => sampler.kick(),
    });
    await withDeadline(witness.watch(this.#sides.source, this.#sides.destination), callMs, 'Subscribing to events');
    const sampling = sampler.run();
    const over = this.#untilOver(guest.uuid, witness).finally(() => this.#events.emit('end'));
    // Whoever iterates hears of it below; until then nobody does.
    over.catch(() => {});
    try {
      for await (const [event] of events) yield event;
      const last = await over;
      if (last !== undefined) yield last;
    } finally {
      sampler.stop();
      await Promise.all([sampling, witness.stop()]);
    }
  }

  /** Resolves when nothing is under way any more; with undefined when nobody wants to know. */
  async #untilOver(uuid: string, witness: Witness): Promise<WatchEvent | undefined> {
    const over = this.#signal ?? new AbortController().signal;
    const pace = { callMs: this.#options.deadlines.callMs, intervalMs: this.#options.sampleIntervalMs };
    const { row, wasUnderWay } = await followJob(this.#sides, uuid, pace, over);
    if (over.aborted && isUnderWay(row)) return undefined;
    const { verdict, says, owner } = row;
    if (wasUnderWay) this.#phases.skipToSettle(this.#clock.atMs());
    const pauseMs = witness.observedPauseMs;
    return { type: 'over', atMs: this.#clock.atMs(), wasUnderWay, verdict, says, owner, pauseMs };
  }

  #countPasses(stats: JobStats, atMs: number): void {
    if (!hasBegun(stats)) return;
    this.#phases.advance('pre-copy', atMs);
    const before = this.#passes.pass;
    this.#passes.add(readingOf(stats, atMs), UNKNOWN_LIMITS);
    if (this.#passes.pass !== before) this.#tell({ type: 'pass', atMs, pass: this.#passes.pass });
  }

  #assess(stats: JobStats, atMs: number): Omit<AssessedSample, keyof MigrationSample> {
    const isHeld = this.#phases.current !== 'pre-copy';
    return this.#prospect.add(stats, atMs, { limits: UNKNOWN_LIMITS, passes: this.#passes.finished, isHeld });
  }

  #tell(event: WatchEvent): void {
    this.#events.emit('event', event);
  }
}
