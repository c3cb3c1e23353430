import type { JobStats } from '../libvirt/index.js';
import { type Action, type Note, permitted, type View } from '../policy/index.js';
import type { AbortRequest } from './abort.js';
import type { Actuators } from './actuators.js';
import type { Gate } from './gate.js';
import type { HookRunner } from './hook-runner.js';
import type { LandingGear } from './landing.js';
import { sleep } from './sampler.js';
import type { Steering } from './steering.js';

/** A decision of the policy and what became of it: the trail is part of the result. */
export interface DecisionRecord {
  atMs: number;
  action: Action;
  /** Why libvirt did not take it; undefined when it did. */
  refusal: string | undefined;
}

export interface ConductorHandlers {
  onDecision: (decision: DecisionRecord) => void;
  onNote: (note: Note) => void;
  onPass: (pass: number, atMs: number) => void;
  onHold: (what: 'begin' | 'release') => void;
}

export interface ConductorOptions {
  steering: Steering;
  actuators: Actuators;
  gate: Gate;
  landing: LandingGear;
  hooks: HookRunner;
  abort: AbortRequest;
  /** When the guest is to stop, where the caller named a moment. */
  switchoverAt: Date | undefined;
  /** The caller's cap on the stream, to which the link returns at the release. */
  bandwidthBytesPerSecond: number | undefined;
  atMs: () => number;
  handlers: ConductorHandlers;
}

/** From the release of an idle guest to its stop, in milliseconds: the release comes by so much before the moment asked for. */
const RELEASE_LEAD_MS = 60;

/** What may be done while the switchover is held: nothing that would stop the guest, or undo the hold. */
const isHarmlessToHold = ({ kind }: Action): boolean => kind === 'throttle' || kind === 'abort' || kind === 'continue';

/** What sockets and link hold has arrived after this time, in milliseconds. */
const DRAIN_MS = 60;
/** As slow as libvirt lets a stream be, in bytes per second. */
const HELD_BYTES_PER_SECOND = 1024 * 1024;

/** The end is near when what is left could be sent within this time, in milliseconds. */
const NEAR_MS = 400;

function isNearTheEnd({ linkBytesPerSecond, memoryRemainingBytes }: View): boolean {
  return linkBytesPerSecond !== undefined && memoryRemainingBytes <= (linkBytesPerSecond / 1000) * NEAR_MS;
}

/** Until QEMU has looked at the memory for the first time there is nothing left to send, and nothing sent. */
function hasBegun({ memoryRemainingBytes = 0, memoryProcessedBytes = 0 }: JobStats): boolean {
  return memoryRemainingBytes > 0 || memoryProcessedBytes > 0;
}

/** Steers a running job: readings in, the policy's advice out, carried out one decision at a time. */
export class Conductor {
  readonly #options: ConductorOptions;
  readonly #decisions: DecisionRecord[] = [];
  #acting: Promise<void> | undefined;
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

  /** Takes a reading of the job. While something is still being done, the policy is not asked again. */
  take(stats: JobStats, atMs: number): void {
    if (this.#isOver || !hasBegun(stats)) return;
    const { steering, actuators, gate, handlers } = this.#options;
    const passBefore = steering.passes.pass;
    const view = steering.look(stats, atMs, actuators.limits);
    actuators.noteLink(view.linkBytesPerSecond);
    if (steering.passes.pass !== passBefore) handlers.onPass(steering.passes.pass, atMs);
    if (this.#acting !== undefined) return;
    this.#isNear = isNearTheEnd(view);
    // After a hold the link is empty already, and the stop is due at once.
    const landing = gate.isUsed ? [] : this.#options.landing.next(view);
    if (landing.length > 0) this.#begin(() => this.#carryOut(landing));
    else if (actuators.isLimitStale) this.#begin(() => actuators.renewLimit());
    else if (gate.isDue(view)) this.#begin(() => this.#hold());
    else if (!this.#options.landing.isDown) this.#begin(() => this.#steer(view));
  }

  #begin(work: () => Promise<void>): void {
    this.#acting = work().finally(() => {
      this.#acting = undefined;
    });
  }

  /** One decision: of the hooks where they make one, of the policy otherwise. */
  async #steer(view: View): Promise<void> {
    const { steering, gate, handlers, hooks } = this.#options;
    const wanted = view.atPassBoundary ? await hooks.run('pass', { view }, this.#over.signal) : [];
    const overriding = wanted.flatMap((actions) => actions ?? []);
    const { actions, notes } = steering.advise(view);
    for (const note of notes) handlers.onNote(note);
    const chosen = overriding.length > 0 ? permitted(view, overriding).actions : actions;
    await this.#carryOut(gate.isClosed ? chosen.filter(isHarmlessToHold) : chosen);
  }

  /** The hold, from its begin to the release: after every hook that was called before, and not before the moment that was asked for. */
  async #hold(): Promise<void> {
    const { gate, hooks, handlers, abort, switchoverAt, bandwidthBytesPerSecond } = this.#options;
    await gate.hold();
    handlers.onHold('begin');
    await hooks.run('beforeSwitchover', {}, this.#over.signal);
    if (switchoverAt !== undefined)
      await sleep(switchoverAt.getTime() - Date.now() - RELEASE_LEAD_MS, this.#over.signal);
    if (abort.isAsked || this.#isOver) return;
    await gate.release(bandwidthBytesPerSecond);
    handlers.onHold('release');
  }

  /** The guest has stopped, or the job is over: nothing is steered any more. Resolves when no action is under way. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#over.abort();
    await this.#acting?.catch(() => {});
  }

  async #carryOut(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      if (this.#isOver) return;
      const refusal = await this.#apply(action);
      const decision = { atMs: this.#options.atMs(), action, refusal };
      this.#decisions.push(decision);
      this.#options.handlers.onDecision(decision);
      // What follows in the same decision was meant to come after this.
      if (refusal !== undefined) return;
    }
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
