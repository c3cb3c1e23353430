import { PrecopyError } from '../errors.js';
import type { Domain, JobStats } from '../libvirt/index.js';
import { DOWNTIME_LIMIT_MS, type Settings } from '../policy/index.js';
import { type AbortAnswer, type AbortRequest, abortOutcome, type CallState, requestAbort } from './abort.js';
import { Actuators } from './actuators.js';
import { migrateCall } from './call.js';
import { Clock } from './clock.js';
import { Conductor } from './conductor.js';
import { connectSides, requireGuest, type Sides } from './connect.js';
import { type Control, chooseControl } from './control.js';
import { withDeadline } from './deadline.js';
import type { MigrationEvent, Role } from './events.js';
import { Gate } from './gate.js';
import { Guard } from './guard.js';
import { resumeByProof } from './handover.js';
import { historyOf, learnFrom, USUAL_FIXED_PAUSE_MS } from './history.js';
import { type HookFailure, HookRunner } from './hook-runner.js';
import type { HookContext } from './hooks.js';
import { readCompletedJob, readJob } from './job.js';
import type { JournalEntry } from './journal.js';
import { LandingGear } from './landing.js';
import { measure } from './measure.js';
import type { ResolvedOptions } from './options.js';
import { type Evidence, isRunningOn, ownerOf } from './ownership.js';
import { type Phase, PhaseMachine } from './phases.js';
import { preflightSides, requirePreflight } from './preflight/index.js';
import { Recorder } from './recorder.js';
import { type Failure, type MigrationResult, migrationError, type Warning } from './result.js';
import { resolveSafety } from './safety.js';
import { Sampler, sleep } from './sampler.js';
import { NO_EVIDENCE, settle } from './settle.js';
import { Steering } from './steering.js';
import { hasFineThreshold } from './threshold.js';
import { Witness } from './witness.js';

/** What is said when the guard had to act. */
const SPLIT_BRAIN: Warning = {
  code: 'split-brain',
  message: 'The guest ran on both hosts; it was suspended on both at once.',
};

/** Hooks that a phase begins with. The others are called where something waits for them. */
const HOOKS_OF_PHASES: Partial<Record<Phase, 'prepared' | 'stopped' | 'resumed'>> = {
  'pre-copy': 'prepared',
  'stop-and-copy': 'stopped',
  handover: 'resumed',
};

/** How often the job is sampled when the end is near, in milliseconds. */
const NEAR_SAMPLE_MS = 20;

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
  readonly #phases = new PhaseMachine((phase, atMs) => this.#onPhase(phase, atMs));
  readonly #warnings: Warning[] = [];
  readonly #hooks: HookRunner;
  readonly #recorder = new Recorder((why) =>
    this.#warn({ code: 'journal-ended', message: `The journal cannot be written any more: ${why}` }),
  );
  #guard: Guard | undefined;
  #sides: Sides | undefined;
  #guest: Domain | undefined;
  #witness: Witness | undefined;
  #control: Control | undefined;
  #safety: 'strict' | 'guarded' = 'guarded';
  /** A guest that was paused before the migration stays so. */
  #wasPaused = false;
  #conductor: Conductor | undefined;
  #sampler: Sampler | undefined;
  #sentBytes: number | undefined;
  #abortAnswer: Promise<AbortAnswer> | undefined;
  #call: CallState = 'not made';

  constructor(options: ResolvedOptions, abort: AbortRequest, emit: (event: MigrationEvent) => void, course?: Course) {
    this.#options = options;
    this.#course = course;
    // Another process has made it: an abort then is never too early.
    if (course !== undefined) this.#call = 'out';
    this.#abort = abort;
    this.#emit = (event) => {
      emit(event);
      this.#recorder.note(event);
    };
    this.#hooks = new HookRunner(options.hooks, {
      context: (signal) => this.#hookContext(signal),
      onFailure: (failure) => this.#onHookFailure(failure),
    });
  }

  async execute(): Promise<MigrationResult> {
    let failure: Failure | undefined;
    try {
      await this.#recorder.open(this.#options);
      this.#phases.advance('connect', 0);
      this.#sides = await connectSides(this.#options);
      this.#throwIfUnmade();
      this.#guest = await (this.#course?.find(this.#sides, this.#options) ?? this.#checkAndFind(this.#sides));
      this.#recorder.write(this.#identified(this.#guest, this.#sides));
      this.#guard = new Guard(this.#sides, this.#guest.uuid);
      this.#witness = await this.#watch(this.#sides, this.#guest);
      await this.#hooks.run('connected', {});
      this.#throwIfUnmade();
      await this.#move(this.#sides, this.#guest);
    } catch (cause) {
      failure = { phase: this.#phases.current, cause };
    }
    this.#phases.skipToSettle(this.#clock.atMs());
    await this.#guard?.fenced;
    const evidence = await this.#settle();
    await this.#restoreLimits(evidence);
    const result = await this.#conclude(evidence, failure);
    await this.#hooks.run(result.outcome === 'completed' ? 'settled' : 'rolledBack', { result });
    await Promise.all([this.#witness?.stop(), this.#sides?.source.close(), this.#sides?.destination.close()]);
    this.#emit({ type: 'end', atMs: this.#clock.atMs(), result });
    await this.#recorder.close();
    return result;
  }

  /** Ends the run where nothing was touched yet; a job that is adopted has to be aborted all the same. */
  #throwIfUnmade(): void {
    if (this.#call === 'not made') this.#abort.throwIfAsked();
  }

  #identified({ name, uuid }: Domain, { destination }: Sides): JournalEntry {
    const control = chooseControl(this.#options.transport, destination.data.uri).mode;
    return { type: 'identified', name, uuid, wasRunning: !this.#wasPaused, control };
  }

  /** Everything that stands in the way is said at once, before anything is touched. */
  async #checkAndFind(sides: Sides): Promise<Domain> {
    const report = await preflightSides(sides, this.#options);
    for (const { severity, code, message } of report.findings) {
      if (severity === 'warning') this.#warn({ code, message });
    }
    const { guest } = report.facts;
    // Known even where it must not be moved, so that the result can say where it is. One host asked twice would seem to be two.
    if (guest && !report.findings.some(({ code }) => code === 'same-host')) {
      this.#guest = await sides.source.findDomain(guest.uuid);
    }
    requirePreflight(report);
    this.#safety = resolveSafety(this.#options.safety, guest, this.#options.escalate);
    this.#wasPaused = report.findings.some(({ code }) => code === 'paused');
    return requireGuest(sides.source, this.#options.domain);
  }

  /** Both sides are watched from before the start, so that no event is missed. */
  async #watch(sides: Sides, guest: Domain): Promise<Witness> {
    const witness = new Witness(guest.uuid, this.#clock, {
      onGuest: (side, event, detail, atMs) => this.#onGuest(side, event, detail, atMs),
      onSync: (atMs) => {
        this.#phases.advance('pre-copy', atMs);
        // Now, because what is left is the whole of what is dirty only right after a sync.
        this.#sampler?.kick();
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
    this.#emit({ type: 'phase', atMs, phase });
    const hook = HOOKS_OF_PHASES[phase];
    // Not waited for here: libvirt would not wait. The hold comes after it all the same, since hooks are called in their order.
    if (hook !== undefined) void this.#hooks.run(hook, {});
  }

  #onGuest(side: Role, event: string, detail: string, atMs: number): void {
    this.#emit({ type: 'guest', atMs, side, event, detail });
    if (this.#guard?.note(side, event)) this.#warn(SPLIT_BRAIN);
    if (side === 'source' && event === 'suspended') this.#onStop(atMs);
    if (side === 'destination' && event === 'started') this.#phases.advance('pre-copy', atMs);
    if (side === 'destination' && event === 'resumed') this.#phases.advance('handover', atMs);
  }

  #onStop(atMs: number): void {
    if (this.#conductor?.gate.noteStop()) {
      this.#warn({
        code: 'hold-broken',
        message:
          'The guest was stopped while the switchover was held: nothing was left to send, and QEMU did not wait.',
      });
    }
    this.#phases.advance('stop-and-copy', atMs);
  }

  /** The migration itself: libvirt's one long call, steered meanwhile. */
  async #move(sides: Sides, guest: Domain): Promise<void> {
    const { policy, budget, escalate, expect, deadlines } = this.#options;
    const known = historyOf(sides.source.identity.hostUuid, sides.destination.identity.hostUuid);
    const settings = policy.settings({ ...(await measure(guest, expect, escalate, known)), budget, escalate });
    for (const note of settings.notes) this.#warn(note);
    const conductor = this.#assemble(guest, settings, known?.fixedPauseMs ?? USUAL_FIXED_PAUSE_MS);
    this.#conductor = conductor;
    await conductor.actuators.prepare(settings.downtimeLimitMs);
    const course = this.#course;
    const start = course ? () => course.follow(sides, guest) : await this.#prepareCall(sides, guest.uuid, settings);
    await this.#perform(guest, start, conductor);
    if (this.#safety === 'strict' && course === undefined && !this.#wasPaused) {
      await resumeByProof(sides, guest.uuid, this.#hooks, deadlines.callMs);
    }
  }

  /** What steers the job: the policy's view of it, the actuators, the gate and the landing. */
  #assemble(guest: Domain, settings: Settings, fixedPauseMs: number): Conductor {
    const { policy, budget, escalate, deadlines, transport, switchoverAt } = this.#options;
    const { bandwidthBytesPerSecond } = transport;
    const can = {
      throttle: guest.connection.options.allowMonitorCommand === true && settings.autoConverge !== undefined,
      autoConverge: settings.autoConverge !== undefined,
      postCopy: settings.postCopy,
    };
    const atMs = () => this.#clock.atMs();
    const isFine = this.#isFine(settings);
    const actuators = new Actuators(guest, { callMs: deadlines.callMs, can, bandwidthBytesPerSecond, isFine });
    const gate = new Gate(actuators, atMs, budget.pauseMs ?? DOWNTIME_LIMIT_MS.default);
    if (this.#hooks.has('beforeSwitchover') || switchoverAt !== undefined) gate.arm();
    return new Conductor({
      ...{ actuators, gate, switchoverAt, bandwidthBytesPerSecond, atMs },
      hooks: this.#hooks,
      abort: this.#abort,
      landing: new LandingGear(settings.softLanding ?? false, isFine),
      steering: new Steering({ policy, budget, escalate, can, fixedPauseMs }),
      handlers: {
        onDecision: (decision) => this.#emit({ type: 'decision', ...decision }),
        onNote: (note) => this.#warn(note),
        onPass: (pass, passAtMs) => this.#emit({ type: 'pass', atMs: passAtMs, pass }),
        onHold: (what) => this.#emit({ type: 'hold', atMs: atMs(), what }),
      },
    });
  }

  /** Peers' policies keep the threshold that they know. A job that another process started has the one that it was started with. */
  #isFine({ softLanding = false }: Settings): boolean {
    const source = this.#sides?.source.identity;
    return softLanding && this.#course === undefined && source !== undefined && hasFineThreshold(source);
  }

  async #perform(guest: Domain, start: () => Promise<unknown>, conductor: Conductor): Promise<void> {
    const sampler = this.#newSampler(guest, conductor);
    this.#sampler = sampler;
    const over = new AbortController();
    this.#phases.advance('prepare', this.#clock.atMs());
    await this.#recorder.written;
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
      await conductor.end();
    }
  }

  /** Everything that the long call needs, so that from here on only the call itself can fail. */
  async #prepareCall(
    { source, destination }: Sides,
    uuid: string,
    settings: Settings,
  ): Promise<() => Promise<unknown>> {
    const { transport, deadlines } = this.#options;
    const control = chooseControl(transport, destination.data.uri);
    this.#control = control.mode;
    const { flags, parameters } = migrateCall(this.#options, {
      ...{ control: control.mode, settings, safety: this.#safety, isFine: this.#isFine(settings) },
    });
    const lookup = source.data.domainLookupByUUID(uuid);
    const domain = await withDeadline(lookup, deadlines.callMs, 'Looking for the guest on the source');
    return control.mode === 'direct'
      ? () => domain.migrate3(destination.data, parameters, flags)
      : () => domain.migrateToURI3(control.peerUri, parameters, flags);
  }

  #newSampler(guest: Domain, conductor: Conductor): Sampler {
    return new Sampler({
      intervalMs: () =>
        Math.min(this.#options.sampleIntervalMs, conductor.isNear ? NEAR_SAMPLE_MS : Number.POSITIVE_INFINITY),
      atMs: () => this.#clock.atMs(),
      read: () => readJob(guest, this.#options.deadlines.callMs),
      onReading: (stats, sample, atMs) => {
        if (sample.memoryProcessedBytes > 0) this.#phases.advance('pre-copy', atMs);
        this.#sentBytes = sample.memoryProcessedBytes;
        this.#emit({ type: 'sample', atMs, ...sample });
        // Once the guest has stopped there is nothing left to decide.
        if (!this.#phases.has('stop-and-copy')) conductor.take(stats, atMs);
      },
    });
  }

  /** Carries out an abort once it is asked for; rejects when the migration does not end in spite of it, and never resolves. */
  async #abortInVain(guest: Domain, over: AbortSignal): Promise<never> {
    const { abortMs } = this.#options.deadlines;
    await this.#abort.asked;
    this.#emit({ type: 'abort', atMs: this.#clock.atMs(), reason: this.#abort.reason });
    // Once post-copy runs, the guest lives on both hosts: an abort would lose it.
    const isPostCopy = this.#conductor?.actuators.limits.postCopyActive ?? false;
    this.#abortAnswer = isPostCopy
      ? Promise.resolve('refused')
      : requestAbort(guest, abortMs, () => this.#call === 'back');
    if (isPostCopy) return new Promise(() => {});
    await sleep(abortMs, over);
    throw new PrecopyError(
      'ERR_PRECOPY_ABORT_HUNG',
      `The migration did not end within ${abortMs} ms after it was asked to abort`,
    );
  }

  #settle(): Promise<Evidence> | Evidence {
    if (this.#sides === undefined || this.#guest === undefined) return NO_EVIDENCE;
    return settle(this.#sides, this.#guest.uuid, this.#options.deadlines.settleMs);
  }

  /** Where the guest stays, what was set for the migration is put back; limits outlive a migration that failed. */
  async #restoreLimits(evidence: Evidence): Promise<void> {
    if (ownerOf(evidence) !== 'source') return;
    try {
      await this.#conductor?.actuators.restore();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#warn({
        code: 'limits-not-restored',
        message: `The guest's migration limits could not be put back: ${why}`,
      });
    }
  }

  /** What this move taught about the link and the cost of a stop, for the next one between these hosts. */
  #learn(): void {
    const pauseMs = this.#witness?.observedPauseMs;
    const { steering, actuators } = this.#conductor ?? {};
    const linkBytesPerSecond = steering?.linkBytesPerSecond;
    if (this.#sides === undefined || pauseMs === undefined || actuators === undefined || !linkBytesPerSecond) return;
    const mostBytes = (linkBytesPerSecond / 1000) * actuators.limits.downtimeLimitMs;
    const lastBytes = Math.min(steering?.passes.dirtyBytes ?? 0, mostBytes);
    const { source, destination } = this.#sides;
    learnFrom(source.identity.hostUuid, destination.identity.hostUuid, { pauseMs, lastBytes, linkBytesPerSecond });
  }

  async #conclude(evidence: Evidence, failure: Failure | undefined): Promise<MigrationResult> {
    const owner = ownerOf(evidence);
    // One that came over stopped because something failed has not arrived.
    const completed = owner === 'destination' && (this.#wasPaused || isRunningOn(evidence, 'destination'));
    if (completed) {
      await this.#witness?.catchUp(TRAILING_EVENTS_MS);
      this.#learn();
    }
    const job = this.#witness?.completedJob ?? (completed ? await this.#completedJob() : undefined);
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
      safety: this.#safety,
      startedAt: this.#clock.startedAt,
      totalMs,
      phases: this.#phases.spans(totalMs),
      passes: this.#conductor?.steering.passes.pass ?? 0,
      decisions: this.#conductor?.decisions ?? [],
      sentBytes: job?.memoryProcessedBytes ?? this.#sentBytes,
      pause: { qemuMs: job?.downtimeMs, observedMs: this.#witness?.observedPauseMs },
      hold: this.#conductor?.gate.outcome ?? 'none',
      heldMs: this.#conductor?.gate.heldMs ?? 0,
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

  #completedJob(): Promise<JobStats | undefined> {
    return readCompletedJob(this.#sides?.destination, this.#guest?.uuid, this.#options.deadlines.callMs);
  }

  #hookContext(signal: AbortSignal): HookContext {
    const { source, destination } = this.#sides ?? {};
    return {
      guest: { name: this.#guest?.name ?? this.#options.domain, uuid: this.#guest?.uuid },
      source: source?.identity,
      destination: destination?.identity,
      atMs: this.#clock.atMs(),
      signal,
    };
  }

  #onHookFailure({ hook, error, aborts }: HookFailure): void {
    this.#warn({ code: 'hook-failed', message: `The hook ${hook} failed: ${error.message}` });
    if (aborts) this.#abort.ask(`the hook ${hook}: ${error.message}`);
  }

  #warn(warning: Warning): void {
    this.#warnings.push(warning);
    this.#emit({ type: 'warning', atMs: this.#clock.atMs(), ...warning });
  }
}
