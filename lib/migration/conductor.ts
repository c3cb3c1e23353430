import type { JobStats } from '../libvirt/index.js';
import { type Action, DOWNTIME_LIMIT_MS, type LandingGear, type Note, permitted, type View } from '../policy/index.js';
import type { AbortRequest } from './abort.js';
import type { Actuators } from './actuators.js';
import { type Gate, isHarmlessToHold } from './gate.js';
import type { HookRunner } from './hook-runner.js';
import { sleep } from './sampler.js';
import { hasBegun, type Steering } from './steering.js';

/** A decision and what became of it: the trail is part of the result. */
export interface DecisionRecord {
  /** When it was carried out. */
  atMs: number;
  /** Who decided: the policy, a hook instead of it, the soft landing, or the hold, which gives back what it kept back. */
  by: 'policy' | 'hook' | 'landing' | 'hold';
  action: Action;
  /** Why libvirt did not take it; undefined when it did. */
  refusal: string | undefined;
}

export interface ConductorHandlers {
  onDecision: (decision: DecisionRecord) => void;
  onNote: (note: Note) => void;
  onPass: (pass: number, atMs: number) => void;
  onHold: (what: 'begin' | 'release') => void;
  /** It is at its wits' end: a policy threw, or libvirt would not let the switchover be held. Nothing is steered from here on. */
  onFailure: (error: Error) => void;
}

export interface ConductorOptions {
  steering: Steering;
  actuators: Actuators;
  gate: Gate;
  landing: LandingGear;
  hooks: HookRunner;
  abort: AbortRequest;
  /** Asked as soon as the job is seen: what is to be done first. Where it fails it is asked again, a few times. */
  atFirst: () => Promise<readonly Action[]>;
  /** When the guest is to stop, where the caller named a moment. */
  switchoverAt: Date | undefined;
  atMs: () => number;
  handlers: ConductorHandlers;
}

/** From the release of an idle guest to its stop, in milliseconds: the release comes by so much before the moment asked for. */
const RELEASE_LEAD_MS = 60;

/** What sockets and link hold has arrived after this time, in milliseconds. */
const DRAIN_MS = 60;
/** As slow as libvirt lets a stream be, in bytes per second. */
const HELD_BYTES_PER_SECOND = 1024 * 1024;

/** So often is asked what is to be done first: a migration that goes on must be steered all the same. */
const MOST_FIRST_LOOKS = 3;

/** The end is near when what is left could be sent within this time, in milliseconds. */
const NEAR_MS = 400;

function isNearTheEnd({ linkBytesPerSecond, memoryRemainingBytes }: View): boolean {
  return linkBytesPerSecond !== undefined && memoryRemainingBytes <= (linkBytesPerSecond / 1000) * NEAR_MS;
}

function lastLimitMs(actions: readonly Action[]): number | undefined {
  return actions.flatMap((action) => (action.kind === 'downtime-limit' ? [action.limitMs] : [])).at(-1);
}

/** Steers a running job: readings in, the policy's advice out, carried out one decision at a time. */
export class Conductor {
  readonly #options: ConductorOptions;
  readonly #decisions: DecisionRecord[] = [];
  #acting: Promise<void> | undefined;
  /** The limit that the policy wants, or wanted at the start, kept back by the hold: due once the guest did not stop at the release. */
  #owedLimitMs: number | undefined;
  /** What would have taken a landing back, or a hold of somebody else's, and was refused: due again, since a stream that stays slowed never ends. */
  #refused: { by: DecisionRecord['by']; actions: readonly Action[] } = { by: 'landing', actions: [] };
  #hasBegun = false;
  #firstLooks = 0;
  readonly #over = new AbortController();
  #isOver = false;
  #isNear = false;

  constructor(options: ConductorOptions) {
    this.#options = options;
  }

  get decisions(): readonly DecisionRecord[] {
    return this.#decisions;
  }

  get actuators(): Actuators {
    return this.#options.actuators;
  }

  get gate(): Gate {
    return this.#options.gate;
  }

  /** True when every sample counts: the guest may stop soon, or is kept from it. */
  get isNear(): boolean {
    return this.#isNear || this.#options.gate.isClosed;
  }

  get steering(): Steering {
    return this.#options.steering;
  }

  /** Sets what has to be set before the start: where the switchover is to be held, QEMU must not come to it before the hold. */
  async prepare(downtimeLimitMs: number | undefined): Promise<void> {
    const { actuators, gate } = this.#options;
    await actuators.prepare(gate.isClosed ? DOWNTIME_LIMIT_MS.minimum : downtimeLimitMs);
    if (gate.isClosed) this.#owedLimitMs = downtimeLimitMs ?? actuators.ownDowntimeLimitMs;
  }

  /** Whether the next reading may lead to a decision: not before the first look, nor while a decision is being carried out, nor during the landing. */
  get isListening(): boolean {
    return this.#hasBegun && !this.#isOver && this.#acting === undefined && !this.#options.landing.isDown;
  }

  /** Takes a reading of the job. While something is still being done, the policy is not asked again. */
  take(stats: JobStats, atMs: number): void {
    if (this.#isOver || !hasBegun(stats)) return;
    const { steering, actuators, gate, handlers } = this.#options;
    const passBefore = steering.passes.pass;
    const view = steering.look(stats, atMs, actuators.limits, this.isListening);
    if (steering.passes.pass !== passBefore) handlers.onPass(steering.passes.pass, atMs);
    this.#isNear = isNearTheEnd(view);
    gate.watch(view).catch((error: unknown) => this.#fail(error));
    if (this.#acting !== undefined) return;
    if (!this.#hasBegun) {
      this.#begin(() => this.#lookFirst());
      return;
    }
    // After a hold the link is empty already, and the stop is due at once.
    const landing = gate.isUsed || this.#refused.actions.length > 0 ? [] : this.#options.landing.next(view);
    if (landing.length > 0) this.#begin(() => this.#land(landing));
    else if (gate.isDue(view)) this.#begin(() => this.#hold(view));
    else if (!this.#options.landing.isDown) this.#begin(() => this.#steer(view));
  }

  #begin(work: () => Promise<void>): void {
    this.#acting = this.#see(work);
  }

  /** Sees one decision through; what goes wrong with it must not go unheard, nor end the process. */
  async #see(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.#acting = undefined;
  }

  #fail(thrown: unknown): void {
    // What libvirt refuses because the guest has stopped, or is gone, is no failure.
    if (this.#isOver || this.#options.gate.outcome === 'broken') return;
    this.#isOver = true;
    this.#options.handlers.onFailure(thrown instanceof Error ? thrown : new Error(String(thrown)));
  }

  async #lookFirst(): Promise<void> {
    this.#firstLooks += 1;
    const actions = await this.#options.atFirst().catch(() => undefined);
    if (actions === undefined && this.#firstLooks < MOST_FIRST_LOOKS) return;
    this.#hasBegun = true;
    this.#refused = { by: 'hold', actions: await this.#carryOut('hold', actions ?? []) };
  }

  async #land(actions: readonly Action[]): Promise<void> {
    const undone = await this.#carryOut('landing', actions);
    // One that is under way looks again by itself.
    this.#refused = { by: 'landing', actions: this.#options.landing.isDown ? [] : undone };
  }

  /** One decision: of the hooks where they make one, of the policy otherwise. */
  async #steer(view: View): Promise<void> {
    const { steering, gate, handlers, hooks } = this.#options;
    const { by: owner, actions: refused } = this.#refused;
    const stillRefused = await this.#carryOut(owner, refused);
    // While it is held, whoever decides is told of the limit that was wanted, as if that were in force.
    const told = gate.isClosed ? { ...view, downtimeLimitMs: this.#owedLimitMs ?? view.downtimeLimitMs } : view;
    const wanted = view.atPassBoundary ? await hooks.run('pass', { view: told }, this.#over.signal) : [];
    const overriding = wanted.flatMap((actions) => actions ?? []);
    const { actions, notes } = steering.advise(told);
    for (const note of notes) handlers.onNote(note);
    const isOverridden = overriding.length > 0;
    const chosen = isOverridden ? permitted(told, overriding).actions : actions;
    const by = isOverridden ? 'hook' : 'policy';
    // What was wanted last counts.
    const kinds = new Set(chosen.map(({ kind }) => kind));
    this.#refused = { by: owner, actions: stillRefused.filter(({ kind }) => !kinds.has(kind)) };
    if (gate.isClosed) {
      this.#owedLimitMs = lastLimitMs(chosen) ?? this.#owedLimitMs;
      await this.#carryOut(by, chosen.filter(isHarmlessToHold));
    } else {
      await this.#carryOut('hold', this.#owed(view, chosen));
      await this.#carryOut(by, chosen);
    }
  }

  /** At the first boundary after the release, what the hold kept back: the release's own limit is too low for many a guest. */
  #owed({ atPassBoundary, downtimeLimitMs }: View, chosen: readonly Action[]): Action[] {
    const owedMs = this.#owedLimitMs;
    if (owedMs === undefined || !atPassBoundary) return [];
    this.#owedLimitMs = undefined;
    if (owedMs === downtimeLimitMs || lastLimitMs(chosen) !== undefined) return [];
    return [{ kind: 'downtime-limit', limitMs: owedMs, reason: 'the hold is over, and the guest did not stop' }];
  }

  /** The hold, from its begin to the release: after every hook that was called before, and not before the moment that was asked for. */
  async #hold(view: View): Promise<void> {
    const { actuators, gate, hooks, handlers, abort, switchoverAt } = this.#options;
    await gate.hold(view);
    handlers.onHold('begin');
    await hooks.run('beforeSwitchover', {}, this.#over.signal);
    if (switchoverAt !== undefined)
      await sleep(switchoverAt.getTime() - Date.now() - RELEASE_LEAD_MS, this.#over.signal);
    if (abort.isAsked || this.#isOver) return;
    handlers.onHold('release');
    await gate.release(actuators.startingBandwidthBytesPerSecond);
  }

  /** The guest has stopped, or the job is over: nothing is steered any more. Resolves when no action is under way. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#over.abort();
    await this.#acting;
  }

  /**
   * @returns what was not done: what libvirt refused, and what follows in the same decision, which was meant to come after that; nothing once all
   * is over
   */
  async #carryOut(by: DecisionRecord['by'], actions: readonly Action[]): Promise<readonly Action[]> {
    for (const [index, action] of actions.entries()) {
      if (this.#isOver) return [];
      const refusal = await this.#apply(action);
      this.#record({ atMs: this.#options.atMs(), by, action, refusal });
      if (refusal !== undefined) return actions.slice(index);
    }
    return [];
  }

  /** What is refused again in the same words is one decision. */
  #record(decision: DecisionRecord): void {
    const last = this.#decisions.at(-1);
    if (decision.refusal !== undefined && decision.action === last?.action && decision.refusal === last.refusal) return;
    this.#decisions.push(decision);
    this.#options.handlers.onDecision(decision);
  }

  /** What was sent arrives before the guest stops for post-copy: it would be pause otherwise. */
  async #drain(): Promise<void> {
    const reason = 'the link is emptied before the stop';
    await this.#options.actuators.apply({ kind: 'bandwidth', bytesPerSecond: HELD_BYTES_PER_SECOND, reason });
    await sleep(DRAIN_MS, this.#over.signal);
  }

  async #apply(action: Action): Promise<string | undefined> {
    if (action.kind === 'continue') return undefined;
    if (action.kind === 'abort') {
      this.#options.abort.ask(action.reason);
      return undefined;
    }
    const { actuators, landing } = this.#options;
    try {
      if (action.kind === 'post-copy' && landing.isWanted) await this.#drain();
      await actuators.apply(action);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
