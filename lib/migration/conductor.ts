import type { JobStats } from '../libvirt/index.js';
import type { Action, Note } from '../policy/index.js';
import type { AbortRequest } from './abort.js';
import type { Actuators } from './actuators.js';
import type { Advice, Steering } from './steering.js';

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
}

export interface ConductorOptions {
  steering: Steering;
  actuators: Actuators;
  abort: AbortRequest;
  atMs: () => number;
  handlers: ConductorHandlers;
}

/** Steers a running job: readings in, the policy's advice out, carried out one decision at a time. */
export class Conductor {
  readonly #options: ConductorOptions;
  readonly #decisions: DecisionRecord[] = [];
  #acting: Promise<void> | undefined;
  #isOver = false;

  constructor(options: ConductorOptions) {
    this.#options = options;
  }

  get decisions(): readonly DecisionRecord[] {
    return this.#decisions;
  }

  get actuators(): Actuators {
    return this.#options.actuators;
  }

  get steering(): Steering {
    return this.#options.steering;
  }

  /** Takes a reading of the job. While an action is still being carried out, the policy is not asked again. */
  take(stats: JobStats, atMs: number): void {
    if (this.#isOver || this.#acting !== undefined) return;
    const { steering, actuators, handlers } = this.#options;
    const passBefore = steering.passes.pass;
    const advice = steering.advise(stats, atMs, actuators.limits);
    if (steering.passes.pass !== passBefore) handlers.onPass(steering.passes.pass, atMs);
    for (const note of advice.notes) handlers.onNote(note);
    if (advice.actions.length === 0) return;
    this.#acting = this.#carryOut(advice).finally(() => {
      this.#acting = undefined;
    });
  }

  /** The guest has stopped, or the job is over: nothing is steered any more. Resolves when no action is under way. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#acting;
  }

  async #carryOut({ actions }: Advice): Promise<void> {
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

  async #apply(action: Action): Promise<string | undefined> {
    if (action.kind === 'continue') return undefined;
    if (action.kind === 'abort') {
      this.#options.abort.ask(action.reason);
      return undefined;
    }
    try {
      await this.#options.actuators.apply(action);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
