import { PrecopyError } from '../errors.js';
import { formatBytes } from '../format.js';
import type { Domain, JobStats } from '../libvirt/index.js';
import type { Settings } from '../policy/index.js';
import { type AbortRequest, abortOutcome, type CallState } from './abort.js';
import { assembleConductor } from './assemble.js';
import { Clock } from './clock.js';
import { conclude, hasArrived, leftOnSource } from './conclusion.js';
import type { Conductor } from './conductor.js';
import { connectSides, identitiesOf, requireGuest, type Sides } from './connect.js';
import { type Control, chooseControl } from './control.js';
import type { Course } from './course.js';
import { withDeadline } from './deadline.js';
import type { MigrationEvent, MigrationPlan, Role } from './events.js';
import { examine } from './examine.js';
import { Foresight } from './foresight.js';
import { Guard } from './guard.js';
import { resumeByProof } from './handover.js';
import { historyOf, USUAL_FIXED_PAUSE_MS } from './history.js';
import { type HookFailure, HookRunner } from './hook-runner.js';
import type { HookContext } from './hooks.js';
import { readCompletedJob } from './job.js';
import type { JournalEntry } from './journal.js';
import { learnFromRun } from './lesson.js';
import { type LongCall, prepareLongCall } from './long-call.js';
import { measure } from './measure.js';
import type { ResolvedOptions } from './options.js';
import { NO_PAUSE, OutsideView } from './outside-view.js';
import { type Evidence, ownerOf } from './ownership.js';
import { type Phase, PhaseMachine } from './phases.js';
import { planOf } from './plan.js';
import { Reporter } from './reporter.js';
import type { Failure, MigrationResult, Warning } from './result.js';
import { NO_EVIDENCE, settle } from './settle.js';
import { Transfer } from './transfer.js';
import { orAborted } from './until.js';
import { Witness } from './witness.js';

/** What is said when the guard had to act. */
const SPLIT_BRAIN: Warning = {
  code: 'split-brain',
  message: 'The guest ran on both hosts; it was suspended on both at once.',
};

/** What is said when the connection of the long call broke. */
const CALL_LOST: Warning = {
  code: 'call-lost',
  message: "The connection of the migration's call was lost; the migration goes on without it and is followed.",
};

/** Hooks that a phase begins with. The others are called where something waits for them. */
const HOOKS_OF_PHASES: Partial<Record<Phase, 'prepared' | 'stopped' | 'resumed'>> = {
  'pre-copy': 'prepared',
  'stop-and-copy': 'stopped',
  handover: 'resumed',
};

/** How long the process that started a migration has, if it lives, to put back what it has set, in milliseconds. */
const GRACE_MS = 1000;

/** How long the events of a completed migration may trail behind its call, in milliseconds. */
const TRAILING_EVENTS_MS = 1000;

/**
 * One migration from start to end. It never throws: whatever happens, both hosts are asked at the end who has the guest, and the result
 * says it.
 */
export class Run {
  readonly #options: ResolvedOptions;
  readonly #abort: AbortRequest;
  readonly #course: Course | undefined;
  readonly #clock = new Clock();
  readonly #phases = new PhaseMachine((phase, atMs) => this.#onPhase(phase, atMs));
  readonly #reporter: Reporter;
  readonly #hooks: HookRunner;
  readonly #foresight = new Foresight();
  readonly #outside: OutsideView | undefined;
  #guard: Guard | undefined;
  #sides: Sides | undefined;
  #guest: Domain | undefined;
  #witness: Witness | undefined;
  #control: Control | undefined;
  #safety: 'strict' | 'guarded' = 'guarded';
  /** A guest that was paused before the migration stays so. */
  #wasPaused = false;
  #isEmulated = false;
  #transfer: Transfer | undefined;
  /** Aborts when the migration has failed: nobody waits for the hooks of its phases any more. */
  readonly #failed = new AbortController();

  constructor(options: ResolvedOptions, abort: AbortRequest, emit: (event: MigrationEvent) => void, course?: Course) {
    this.#options = options;
    this.#course = course;
    this.#wasPaused = course?.wasPaused ?? false;
    this.#abort = abort;
    this.#reporter = new Reporter(options, emit, this.#clock);
    this.#hooks = new HookRunner(options.hooks, {
      context: (signal) => this.#hookContext(signal),
      onFailure: (failure) => this.#onHookFailure(failure),
    });
    this.#outside =
      options.observer &&
      new OutsideView({
        ...{
          observer: options.observer,
          clock: this.#clock,
          reporter: this.#reporter,
          callMs: options.deadlines.callMs,
        },
        pause: () => this.#witness?.pause ?? NO_PAUSE,
      });
  }

  execute(): Promise<MigrationResult> {
    return this.#reporter.around(() => this.#execute());
  }

  async #execute(): Promise<MigrationResult> {
    let failure: Failure | undefined;
    try {
      await this.#reporter.open(this.#course !== undefined);
      this.#outside?.start();
      this.#phases.advance('connect', 0);
      this.#sides = await connectSides(this.#options, this.#abortBefore);
      this.#throwIfUnmade();
      this.#guest = await (this.#course?.find(this.#sides, this.#options) ?? this.#checkAndFind(this.#sides));
      this.#reporter.journal.write(this.#identified(this.#guest, this.#sides));
      this.#reporter.tell({ type: 'connected', atMs: this.#clock.atMs(), ...identitiesOf(this.#guest, this.#sides) });
      this.#guard = new Guard(this.#sides, this.#guest.uuid, () => this.#reporter.warn(SPLIT_BRAIN));
      this.#witness = await this.#watch(this.#sides, this.#guest);
      await this.#foresight.look(this.#sides, this.#options, {
        ...{ isEmulated: this.#isEmulated, clock: this.#clock, abort: this.#abort, reporter: this.#reporter },
      });
      await this.#hooks.run('connected', {}, this.#abortBefore);
      this.#throwIfUnmade();
      await this.#move(this.#sides, this.#guest);
    } catch (cause) {
      failure = { phase: this.#phases.current, cause };
      this.#failed.abort();
    }
    this.#phases.skipToSettle(this.#clock.atMs());
    await this.#guard?.fenced;
    const evidence = await this.#settle();
    await this.#restoreLimits(evidence);
    const result = await this.#conclude(evidence, failure);
    await this.#mendLimit(evidence, failure);
    await this.#hooks.run(result.outcome === 'completed' ? 'settled' : 'rolledBack', { result });
    await this.#close();
    this.#reporter.tell({ type: 'end', atMs: this.#clock.atMs(), result });
    await this.#reporter.close();
    return result;
  }

  /** A host that does not answer must not keep the result from its caller. */
  async #close(): Promise<void> {
    const stopping = this.#witness?.stop() ?? Promise.resolve();
    const stopped = withDeadline(stopping, this.#options.deadlines.callMs, 'Unsubscribing from events').catch(() => {});
    await Promise.all([stopped, this.#sides?.source.close(), this.#sides?.destination.close()]);
  }

  /** Ends the run where nothing was touched yet; a job that is adopted has to be aborted all the same. */
  #throwIfUnmade(): void {
    if (this.#course === undefined) this.#abort.throwIfAsked();
  }

  /** Ends what touches nothing at once; a job that is adopted can only be aborted over connections that stand. */
  get #abortBefore(): AbortSignal | undefined {
    return this.#course === undefined ? this.#abort.signal : undefined;
  }

  /** Where another process has made the call, an abort is never too early. */
  get #callBefore(): CallState {
    return this.#course === undefined ? 'not made' : 'out';
  }

  #identified({ name, uuid }: Domain, { destination }: Sides): JournalEntry {
    const control = chooseControl(this.#options.transport, destination.data.uri).mode;
    return { type: 'identified', name, uuid, wasRunning: !this.#wasPaused, control };
  }

  async #checkAndFind(sides: Sides): Promise<Domain> {
    const { guest, safety, wasPaused, isEmulated, admit } = await examine(
      sides,
      this.#options,
      this.#reporter,
      this.#abort.signal,
    );
    this.#guest = guest;
    admit();
    this.#safety = safety;
    this.#wasPaused = wasPaused;
    this.#isEmulated = isEmulated;
    return requireGuest(sides.source, this.#options.domain);
  }

  /** Both sides are watched from before the start, so that no event is missed. */
  async #watch(sides: Sides, guest: Domain): Promise<Witness> {
    const witness = new Witness(guest.uuid, this.#clock, {
      onGuest: (side, event, detail, atMs) => this.#onGuest(side, event, detail, atMs),
      onQemu: (side, event, status, atMs) =>
        this.#reporter.tell({ type: 'qemu', atMs, side, event, ...(status === undefined ? {} : { status }) }),
      onSync: (atMs) => {
        this.#phases.advance('pre-copy', atMs);
        this.#transfer?.noteSync();
      },
    });
    await withDeadline(
      witness.watch(sides.source, sides.destination),
      this.#options.deadlines.callMs,
      'Subscribing to events',
    );
    return witness;
  }

  #onPhase(phase: Phase, atMs: number): void {
    this.#reporter.tell({ type: 'phase', atMs, phase });
    const hook = HOOKS_OF_PHASES[phase];
    // Not waited for here: libvirt would not wait. The hold comes after it all the same, since hooks are called in their order.
    if (hook !== undefined) void this.#hooks.run(hook, {}, this.#failed.signal);
  }

  #onGuest(side: Role, event: string, detail: string, atMs: number): void {
    this.#reporter.tell({ type: 'guest', atMs, side, event, detail });
    this.#guard?.note(side, event);
    if (side === 'source' && event === 'suspended') this.#onStop(atMs);
    if (side === 'destination' && event === 'started') this.#phases.advance('pre-copy', atMs);
    if (side === 'destination' && event === 'resumed') this.#phases.advance('handover', atMs);
  }

  #onStop(atMs: number): void {
    if (this.#transfer?.conductor.gate.noteStop()) {
      this.#reporter.warn({
        code: 'hold-broken',
        message:
          'The guest was stopped while the switchover was held: nothing was left to send, and QEMU did not wait.',
      });
    }
    this.#phases.advance('stop-and-copy', atMs);
  }

  /** The migration itself: libvirt's one long call, steered meanwhile. */
  async #move(sides: Sides, guest: Domain): Promise<void> {
    if (this.#options.mode === 'offline') return this.#define(sides, guest);
    const { policy, budget, escalate, expect, deadlines } = this.#options;
    const { source, destination } = sides;
    const known = historyOf(source.identity.hostUuid, destination.identity.hostUuid, guest.uuid);
    const measuring = measure(guest, expect, escalate, known, deadlines.callMs);
    const situation = { ...(await orAborted(measuring, this.#abortBefore)), budget, escalate };
    const plan = planOf(guest, policy, situation, known?.fixedPauseMs ?? USUAL_FIXED_PAUSE_MS);
    const { settings } = plan;
    this.#reporter.tell({ type: 'plan', atMs: this.#clock.atMs(), ...plan });
    for (const note of settings.notes) this.#reporter.warn(note);
    const transfer = this.#assemble(sides, guest, plan);
    this.#transfer = transfer;
    const course = this.#course;
    // A job that is adopted has limits that somebody set for it: they are not what the guest had before, and must not be left to it.
    if (course === undefined) await this.#prepare(transfer.conductor, settings.downtimeLimitMs);
    this.#throwIfUnmade();
    await transfer.perform(
      course ? (over) => course.follow(sides, guest, over) : await this.#prepareCall(sides, guest, settings),
    );
    if (this.#safety === 'strict' && course === undefined && !this.#wasPaused) {
      await resumeByProof(sides, guest.uuid, this.#hooks, deadlines.callMs);
    }
  }

  async #prepare(conductor: Conductor, downtimeLimitMs: number | undefined): Promise<void> {
    await conductor.prepare(downtimeLimitMs);
    const bytesPerSecond = conductor.actuators.startingBandwidthBytesPerSecond;
    if (bytesPerSecond === undefined || this.#options.transport.bandwidthBytesPerSecond !== undefined) return;
    this.#reporter.warn({
      code: 'bandwidth-capped',
      message: `libvirt caps this guest's migrations at ${formatBytes(bytesPerSecond)}/s, as somebody has set (virsh migrate-getspeed).`,
    });
  }

  /** Only the definition goes over: nothing to watch, to steer or to abort. */
  async #define(sides: Sides, guest: Domain): Promise<void> {
    const { policy, budget, escalate } = this.#options;
    const settings = policy.settings({ memoryTotalBytes: 0, diskTotalBytes: 0, budget, escalate });
    const start = await this.#prepareCall(sides, guest, settings);
    this.#phases.advance('prepare', this.#clock.atMs());
    const over = new AbortController();
    await withDeadline(start(over.signal), this.#options.deadlines.callMs, 'Moving the definition').finally(() =>
      over.abort(),
    );
  }

  #assemble(sides: Sides, guest: Domain, plan: MigrationPlan): Transfer {
    const parts = {
      ...{ options: this.#options, hooks: this.#hooks, abort: this.#abort },
      ...{ phases: this.#phases, reporter: this.#reporter, clock: this.#clock },
    };
    const revived = () => sides.source.revive(guest);
    const conductor = assembleConductor({ ...parts, guest, revived, plan, course: this.#course });
    return new Transfer({ ...parts, guest: revived, uuid: guest.uuid, sides, conductor, call: this.#callBefore });
  }

  async #prepareCall(sides: Sides, { uuid }: Domain, settings: Settings): Promise<LongCall['start']> {
    const terms = { settings, safety: this.#safety, onLost: () => this.#reporter.warn(CALL_LOST) };
    const call = await prepareLongCall(sides, uuid, this.#options, terms);
    this.#control = call.control;
    return call.start;
  }

  #settle(): Promise<Evidence> | Evidence {
    if (this.#sides === undefined || this.#guest === undefined) return NO_EVIDENCE;
    const { mode, deadlines } = this.#options;
    // Nothing is on its way then.
    return settle(this.#sides, this.#guest.uuid, mode === 'offline' ? 0 : deadlines.settleMs);
  }

  /** Where the guest stays, what was set for the migration is put back; limits outlive a migration that failed. */
  async #restoreLimits(evidence: Evidence): Promise<void> {
    // While the call is still out the job may be, too, and these are its limits.
    if (ownerOf(evidence) !== 'source' || this.#transfer?.call === 'out') return;
    try {
      await this.#transfer?.conductor.actuators.restore();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#reporter.warn({
        code: 'limits-not-restored',
        message: `The guest's migration limits could not be put back: ${why}`,
      });
    }
  }

  /** A downtime limit that a controller has left which did not live to put back what was before. */
  async #mendLimit(evidence: Evidence, failure: Failure | undefined): Promise<void> {
    const { cause } = failure ?? {};
    const isNone = cause instanceof PrecopyError && cause.code === 'ERR_PRECOPY_NOTHING_TO_ADOPT';
    if (this.#course === undefined || isNone || ownerOf(evidence) !== 'source' || this.#transfer?.call === 'out')
      return;
    // Where it cannot be mended, the next migration from here does not go by it either.
    await this.#transfer?.conductor.actuators.mendDowntimeLimit(GRACE_MS).catch(() => {});
  }

  async #conclude(evidence: Evidence, failure: Failure | undefined): Promise<MigrationResult> {
    const isOffline = this.#options.mode === 'offline';
    const arrived = isOffline
      ? failure === undefined && (await this.#isDefined())
      : hasArrived(evidence, this.#wasPaused);
    if (arrived && !isOffline) {
      const left = leftOnSource(evidence);
      if (left !== undefined) this.#reporter.warn(left);
      await this.#witness?.catchUp(TRAILING_EVENTS_MS);
    }
    const job = this.#witness?.completedJob ?? (arrived && !isOffline ? await this.#completedJob() : undefined);
    // A guest that was stopped first says nothing of what the next one costs.
    if (arrived && this.#options.mode === 'live') {
      learnFromRun({
        ...{ sides: this.#sides, guestUuid: this.#guest?.uuid, conductor: this.#transfer?.conductor, job },
        ...{ pauseMs: this.#witness?.observedPauseMs, phases: this.#phases.spans(this.#clock.atMs()) },
      });
    }
    const abort = await this.#abortReport(ownerOf(evidence));
    const totalMs = this.#clock.atMs();
    const outsideMs = await this.#outside?.finish();
    return conclude({
      ...{ evidence, arrived, failure, abort, job, foresight: this.#foresight },
      ...{
        pause: { observedMs: this.#witness?.observedPauseMs, outsideMs },
        startedAt: this.#clock.startedAt,
        totalMs,
      },
      ...{ options: this.#options, guest: this.#guest, sides: this.#sides, control: this.#control },
      ...{ safety: this.#safety, transfer: this.#transfer, phases: this.#phases },
      warnings: this.#reporter.warnings,
    });
  }

  /** Whether the destination has the guest's definition. */
  async #isDefined(): Promise<boolean> {
    try {
      const found = await this.#sides?.destination.findDomain(this.#guest?.uuid ?? '');
      return (await found?.isPersistent()) ?? false;
    } catch {
      return false;
    }
  }

  async #abortReport(owner: MigrationResult['owner']): Promise<MigrationResult['abort']> {
    if (!this.#abort.isAsked) return undefined;
    const answer = (await this.#transfer?.abortAnswer) ?? 'too late';
    return {
      reason: this.#abort.reason,
      outcome: abortOutcome(answer, this.#transfer?.call ?? this.#callBefore, owner),
    };
  }

  #completedJob(): Promise<JobStats | undefined> {
    return readCompletedJob(this.#sides?.destination, this.#guest?.uuid, this.#options.deadlines.callMs);
  }

  #hookContext(signal: AbortSignal): HookContext {
    const { source, destination } = this.#sides ?? {};
    return {
      guest: { name: this.#guest?.name ?? this.#options.domain, uuid: this.#guest?.uuid },
      source: source?.identity,
      destination: destination?.identity,
      forecast: this.#foresight.forecast,
      atMs: this.#clock.atMs(),
      signal,
    };
  }

  #onHookFailure({ hook, error, aborts }: HookFailure): void {
    this.#reporter.warn({ code: 'hook-failed', message: `The hook ${hook} failed: ${error.message}` });
    if (aborts) this.#abort.ask(`the hook ${hook}: ${error.message}`);
  }
}
