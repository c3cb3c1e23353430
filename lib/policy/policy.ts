import type { Action } from './action.js';
import type { Escalation, Situation, View } from './view.js';

/** Something that the caller should know and that is no action: above all that a budget cannot be met. */
export interface Note {
  readonly code: 'pause-budget' | 'total-budget' | 'slowdown-budget' | 'refused';
  readonly message: string;
  /** The escalation that would meet the budget, whether it is allowed or not; undefined where none would. */
  readonly remedy?: Escalation;
}

/** How a migration is to be started. */
export interface Settings {
  /** The limit to set before the start, in milliseconds; undefined leaves the guest's own, which is 300 where nobody has set another. */
  readonly downtimeLimitMs?: number;
  /** QEMU's auto-converge: its first throttle and each further step, as fractions; undefined leaves it off. */
  readonly autoConverge?: { readonly initial: number; readonly increment: number };
  /** Whether the engine may slow the stream down just before the stop, which shortens the pause. Default false: a peer's policy stays what it is. */
  readonly softLanding?: boolean;
  /** Whether post-copy has to be made possible at the start. */
  readonly postCopy: boolean;
  readonly notes: readonly Note[];
}

declare const opaque: unique symbol;
/** What a policy remembers, opaque to everybody else: plain data that survives JSON, so that a run can be journaled and taken over. */
export interface PolicyState {
  readonly [opaque]: true;
}

export interface Decision<State = PolicyState> {
  readonly state: State;
  /** In the order in which they are to be done; empty for none. */
  readonly actions: readonly Action[];
  readonly notes: readonly Note[];
}

/**
 * Decides what to do about a running migration. Pure: everything it knows is in its arguments, so that a thousand runs are simulated in a
 * second and every decision can be replayed from a trace.
 */
export interface Policy {
  readonly name: string;
  readonly initialState: PolicyState;
  /** How the migration is to be started. */
  settings(situation: Situation): Settings;
  /** Called for each sample and at each pass boundary, with the state that the last call gave back. */
  decide(view: View, state: PolicyState): Decision;
}

/** What is needed to make a policy. */
export interface PolicyDefinition<State> {
  readonly name: string;
  /** What it remembers at first; plain data. Every decision gives back the next one and leaves the old one as it was. */
  readonly initialState: State;
  readonly settings?: (situation: Situation) => Settings;
  readonly decide: (
    view: View,
    state: State,
  ) => { readonly state: State; readonly actions?: readonly Action[]; readonly notes?: readonly Note[] };
}

const DEFAULT_SETTINGS: Settings = { postCopy: false, notes: [] };
const NONE: readonly never[] = [];

/** Makes a policy out of a reducer. */
export function definePolicy<State extends object>(definition: PolicyDefinition<State>): Policy {
  // The type of the state is known here alone; both casts hold because a policy is given back only what it returned itself.
  const hidden = (state: State) => state as unknown as PolicyState;
  const known = (state: PolicyState) => state as unknown as State;
  return {
    name: definition.name,
    initialState: hidden(definition.initialState),
    settings: definition.settings ?? (() => DEFAULT_SETTINGS),
    decide(view, state) {
      const decision = definition.decide(view, known(state));
      return { state: hidden(decision.state), actions: decision.actions ?? NONE, notes: decision.notes ?? NONE };
    },
  };
}

/**
 * Makes a policy out of a function that remembers nothing.
 *
 * @example
 * const patient = policyFromFunction('patient', (view) =>
 *   view.elapsedMs > 60_000 && view.atPassBoundary ? { kind: 'abort', reason: 'a minute was not enough' } : [],
 * );
 */
export function policyFromFunction(name: string, decide: (view: View) => Action | readonly Action[]): Policy {
  const state = {};
  return definePolicy({ name, initialState: state, decide: (view) => ({ state, actions: [decide(view)].flat() }) });
}
