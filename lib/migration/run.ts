import { PrecopyError } from '../errors.js';
import { type Domain, DomainGetJobStatsFlags, type JobStats, LibvirtError } from '../libvirt/index.js';
import { type AbortAnswer, type AbortRequest, abortOutcome, type CallState, requestAbort } from './abort.js';
import { migrateCall } from './call.js';
import { Clock } from './clock.js';
import { connectSides, findGuest, type Sides } from './connect.js';
import { type Control, chooseControl } from './control.js';
import { withDeadline } from './deadline.js';
import type { MigrationEvent, Role } from './events.js';
import type { ResolvedOptions } from './options.js';
import { type Evidence, isConclusive, isRunningOn, ownerOf } from './ownership.js';
import { PhaseMachine } from './phases.js';
import { type Failure, type MigrationResult, migrationError, type Warning } from './result.js';
import { Sampler, sleep } from './sampler.js';
import type { Side } from './side.js';
import { Witness } from './witness.js';

/** How often both hosts are asked again while they have not let go of the guest yet, in milliseconds. */
const SETTLE_INTERVAL_MS = 50;

/** How long the events of a completed migration may trail behind its call, in milliseconds. */
const TRAILING_EVENTS_MS = 1000;

/** Where a run takes its guest and its job from when another process has made libvirt's call. */
export interface Course {
  find(sides: Sides, options: ResolvedOptions): Promise<Domain>;
  /** Settles when the job is over, as the call would have done. */
  follow(sides: Sides, guest: Domain): Promise<unknown>;
}

/**
 * One migration from start to end. It never throws: whatever happens, both hosts are asked at the end who has the guest, and the result
 * says it.
 */
export class Run {
  readonly #options: ResolvedOptions;
  readonly #abort: AbortRequest;
  readonly #emit: (event: MigrationEvent) => void;
  readonly #course: Course | undefined;
  readonly #clock = new Clock();
  readonly #phases = new PhaseMachine((phase, atMs) => this.#emit({ type: 'phase', atMs, phase }));
  readonly #warnings: Warning[] = [];
  #sides: Sides | undefined;
  #guest: Domain | undefined;
  #witness: Witness | undefined;
  #control: Control | undefined;
  #sentBytes: number | undefined;
  #abortAnswer: Promise<AbortAnswer> | undefined;
  #call: CallState = 'not made';

  constructor(options: ResolvedOptions, abort: AbortRequest, emit: (event: MigrationEvent) => void, course?: Course) {
    this.#options = options;
    this.#course = course;
    // Another process has made it: an abort then is never too early.
    if (course !== undefined) this.#call = 'out';
    this.#abort = abort;
    this.#emit = emit;
  }

  async execute(): Promise<MigrationResult> {
    let failure: Failure | undefined;
    try {
      this.#phases.advance('connect', 0);
      this.#sides = await connectSides(this.#options);
      this.#throwIfUnmade();
      this.#guest = await (this.#course?.find ?? findGuest)(this.#sides, this.#options);
      this.#witness = await this.#watch(this.#sides, this.#guest);
      this.#throwIfUnmade();
      await this.#move(this.#sides, this.#guest);
    } catch (cause) {
      failure = { phase: this.#phases.current, cause };
    }
    this.#phases.skipToSettle(this.#clock.atMs());
    const evidence = await this.#settle();
    const result = await this.#conclude(evidence, failure);
    await Promise.all([this.#witness?.stop(), this.#sides?.source.close(), this.#sides?.destination.close()]);
    this.#emit({ type: 'end', atMs: this.#clock.atMs(), result });
    return result;
  }

  /** Ends the run where nothing was touched yet; a job that is adopted has to be aborted all the same. */
  #throwIfUnmade(): void {
    if (this.#call === 'not made') this.#abort.throwIfAsked();
  }

  /** Both sides are watched from before the start, so that no event is missed. */
  async #watch(sides: Sides, guest: Domain): Promise<Witness> {
    const witness = new Witness(guest.uuid, this.#clock, {
      onGuest: (side, event, detail, atMs) => this.#onGuest(side, event, detail, atMs),
      onPass: (pass, atMs) => {
        this.#phases.advance('pre-copy', atMs);
        this.#emit({ type: 'pass', atMs, pass });
      },
    });
    await withDeadline(
      witness.watch(sides.source, sides.destination),
      this.#options.deadlines.callMs,
      'Subscribing to events',
    );
    return witness;
  }

  #onGuest(side: Role, event: string, detail: string, atMs: number): void {
    this.#emit({ type: 'guest', atMs, side, event, detail });
    if (side === 'source' && event === 'suspended' && detail === 'migrated')
      this.#phases.advance('stop-and-copy', atMs);
    if (side === 'destination' && event === 'started') this.#phases.advance('pre-copy', atMs);
    if (side === 'destination' && event === 'resumed') this.#phases.advance('handover', atMs);
  }

  /** The migration itself: libvirt's one long call, sampled meanwhile. It is in here that a policy, the gate and hooks will act. */
  async #move(sides: Sides, guest: Domain): Promise<void> {
    const course = this.#course;
    const start = course ? () => course.follow(sides, guest) : await this.#prepareCall(sides, guest.uuid);
    const sampler = this.#sampler(guest);
    const over = new AbortController();

    this.#phases.advance('prepare', this.#clock.atMs());
    this.#call = 'out';
    const call = start().finally(() => {
      this.#call = 'back';
      over.abort();
    });
    const sampling = sampler.run();
    try {
      await Promise.race([call, this.#abortInVain(guest, over.signal)]);
    } finally {
      sampler.stop();
      // A call that hangs may still reject long after nobody waits for it.
      call.catch(() => {});
      await sampling;
    }
  }

  /** Everything that the long call needs, so that from here on only the call itself can fail. */
  async #prepareCall({ source, destination }: Sides, uuid: string): Promise<() => Promise<unknown>> {
    const { transport, deadlines } = this.#options;
    const control = chooseControl(transport, destination.data.uri);
    if (control.warning !== undefined) this.#warn(control.warning);
    this.#control = control.mode;
    const { flags, parameters } = migrateCall(this.#options, control.mode);
    const lookup = source.data.domainLookupByUUID(uuid);
    const domain = await withDeadline(lookup, deadlines.callMs, 'Looking for the guest on the source');
    return control.mode === 'direct'
      ? () => domain.migrate3(destination.data, parameters, flags)
      : () => domain.migrateToURI3(control.peerUri, parameters, flags);
  }

  #sampler(guest: Domain): Sampler {
    return new Sampler({
      intervalMs: this.#options.sampleIntervalMs,
      atMs: () => this.#clock.atMs(),
      read: () => readJob(guest, this.#options.deadlines.callMs),
      onSample: (sample, atMs) => {
        if (sample.memoryProcessedBytes > 0) this.#phases.advance('pre-copy', atMs);
        this.#sentBytes = sample.memoryProcessedBytes;
        this.#emit({ type: 'sample', atMs, ...sample });
      },
    });
  }

  /** Carries out an abort once it is asked for; rejects when the migration does not end in spite of it, and never resolves. */
  async #abortInVain(guest: Domain, over: AbortSignal): Promise<never> {
    const { abortMs } = this.#options.deadlines;
    await this.#abort.asked;
    this.#emit({ type: 'abort', atMs: this.#clock.atMs(), reason: this.#abort.reason });
    this.#abortAnswer = requestAbort(guest, abortMs, () => this.#call === 'back');
    await sleep(abortMs, over);
    throw new PrecopyError(
      'ERR_PRECOPY_ABORT_HUNG',
      `The migration did not end within ${abortMs} ms after it was asked to abort`,
    );
  }

  /** Asks both hosts until the guest is on one of them and the other has let go, or the time is up. Recovery will start from here. */
  async #settle(): Promise<Evidence> {
    const giveUpAtMs = this.#clock.atMs() + this.#options.deadlines.settleMs;
    const uuid = this.#guest?.uuid;
    if (this.#sides === undefined || uuid === undefined) {
      const unasked = { seen: 'unreachable', why: 'it was not asked for the guest' } as const;
      return { source: unasked, destination: unasked };
    }
    for (;;) {
      const [source, destination] = await Promise.all([
        this.#sides.source.observe(uuid),
        this.#sides.destination.observe(uuid),
      ]);
      const evidence = { source, destination };
      if (isConclusive(evidence) || this.#clock.atMs() >= giveUpAtMs) return evidence;
      await sleep(SETTLE_INTERVAL_MS);
    }
  }

  async #conclude(evidence: Evidence, failure: Failure | undefined): Promise<MigrationResult> {
    const owner = ownerOf(evidence);
    // A guest that was paused before stays paused; one that only came over stopped because something failed has not arrived.
    const completed = owner === 'destination' && (failure === undefined || isRunningOn(evidence, 'destination'));
    if (completed) await this.#witness?.catchUp(TRAILING_EVENTS_MS);
    const job =
      this.#witness?.completedJob ?? (completed ? await this.#completedJobOn(this.#sides?.destination) : undefined);
    const abort = await this.#abortReport(owner);
    const outcome = completed ? 'completed' : abort?.outcome === 'cancelled' ? 'cancelled' : 'failed';
    const totalMs = this.#clock.atMs();
    return {
      outcome,
      owner,
      evidence,
      domain: { name: this.#guest?.name ?? this.#options.domain, uuid: this.#guest?.uuid },
      source: this.#sides?.source.identity,
      destination: this.#sides?.destination.identity,
      control: this.#control,
      startedAt: this.#clock.startedAt,
      totalMs,
      phases: this.#phases.spans(totalMs),
      passes: this.#witness?.passes ?? 0,
      sentBytes: job?.memoryProcessedBytes ?? this.#sentBytes,
      pause: { qemuMs: job?.downtimeMs, observedMs: this.#witness?.observedPauseMs },
      abort,
      warnings: this.#warnings,
      job,
      error: outcome === 'completed' ? undefined : migrationError(outcome, owner, failure, abort),
    };
  }

  async #abortReport(owner: MigrationResult['owner']): Promise<MigrationResult['abort']> {
    if (!this.#abort.isAsked) return undefined;
    const answer = (await this.#abortAnswer) ?? 'too late';
    return { reason: this.#abort.reason, outcome: abortOutcome(answer, this.#call, owner) };
  }

  async #completedJobOn(side: Side | undefined): Promise<JobStats | undefined> {
    try {
      const domain = await side?.findDomain(this.#guest?.uuid ?? '');
      return await domain?.getJobStats(DomainGetJobStatsFlags.COMPLETED | DomainGetJobStatsFlags.KEEP_COMPLETED);
    } catch {
      // The figures are lost then; the outcome does not hang on them.
      return undefined;
    }
  }

  #warn(warning: Warning): void {
    this.#warnings.push(warning);
    this.#emit({ type: 'warning', atMs: this.#clock.atMs(), ...warning });
  }
}

/** The job's statistics, or undefined when there is no job to ask about: before it began, or once the guest has gone. */
async function readJob(domain: Domain, deadlineMs: number): Promise<JobStats | undefined> {
  try {
    const stats = await withDeadline(domain.getJobStats(0), deadlineMs, "Asking for the job's statistics");
    return stats.type === 'none' ? undefined : stats;
  } catch (error) {
    if (error instanceof PrecopyError || error instanceof LibvirtError) return undefined;
    throw error;
  }
}
