import { InvalidArgumentError } from '../errors.js';
import type { Action } from './action.js';
import { LADDER_SHAPE } from './ladder-shape.js';
import { definePolicy, type Policy, type Settings } from './policy.js';
import { problemOf } from './shape.js';
import type { View } from './view.js';

export interface Range {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** All that are given must hold; what is not known yet does not hold. */
export interface Condition {
  /** Default `pass-boundary`. */
  readonly at?: 'pass-boundary' | 'any-time';
  readonly pass?: Range;
  readonly elapsedMs?: Range;
  readonly expectedPauseMs?: Range;
  readonly dirtyBytes?: Range;
  /** Passes since the least that was ever dirty at a boundary. */
  readonly passesWithoutProgress?: Range;
  /** The rate of dirtying over the speed of the link. */
  readonly dirtiedPerSent?: Range;
  readonly throttle?: Range;
}

type Measure = Exclude<keyof Condition, 'at'>;

type LadderActionOf<A> = A extends Action
  ? Omit<A, 'kind' | 'reason'> & { readonly action: A['kind']; readonly reason?: string }
  : never;

/** An action as it stands in a ladder; `bandwidth` without a number takes the cap away. */
export type LadderAction =
  | LadderActionOf<Exclude<Action, { kind: 'continue' | 'bandwidth' }>>
  | { readonly action: 'bandwidth'; readonly bytesPerSecond?: number; readonly reason?: string };

export interface Rung {
  readonly when: Condition;
  readonly do: readonly LadderAction[];
}

/** A policy as data. Its JSON Schema is `ladder.schema.json`, beside this file. */
export interface Ladder {
  readonly $schema?: string;
  readonly name: string;
  readonly settings?: {
    readonly downtimeLimitMs?: number;
    readonly postCopy?: boolean;
    readonly autoConverge?: NonNullable<Settings['autoConverge']>;
  };
  readonly rungs: readonly Rung[];
}

interface State {
  readonly rung: number;
  readonly leastDirtyBytes: number | undefined;
  readonly passesWithoutProgress: number;
}

/**
 * Checks a ladder that came from outside, as JSON text or parsed.
 *
 * @throws InvalidArgumentError that names the place, such as `ladder.rungs[2].when.pass.atLeast`, the value and what is allowed
 */
export function parseLadder(document: unknown): Ladder {
  const value = typeof document === 'string' ? parseJson(document) : document;
  const problem = problemOf(LADDER_SHAPE, value);
  if (problem !== undefined) {
    throw new InvalidArgumentError(
      problem.place === '' ? 'ladder' : `ladder.${problem.place}`,
      problem.value,
      problem.allowed,
    );
  }
  // The shape and the type say the same; a test compares the shape with the schema, and the compiler does the rest for ladders written in TypeScript.
  return value as Ladder;
}

/**
 * A policy from a ladder: its rungs are climbed in order, each once, at most one at a decision, as soon as its condition holds.
 *
 * @throws InvalidArgumentError as `parseLadder`
 * @example
 * const patient = ladder({
 *   name: 'patient',
 *   settings: { downtimeLimitMs: 50 },
 *   rungs: [
 *     { when: { passesWithoutProgress: { atLeast: 3 } }, do: [{ action: 'downtime-limit', limitMs: 300 }] },
 *     { when: { at: 'any-time', elapsedMs: { atLeast: 600_000 } }, do: [{ action: 'abort' }] },
 *   ],
 * });
 */
export function ladder(document: Ladder | string): Policy {
  const { name, settings, rungs } = parseLadder(document);
  return definePolicy<State>({
    name,
    initialState: { rung: 0, leastDirtyBytes: undefined, passesWithoutProgress: 0 },
    settings: () => ({
      postCopy: rungs.some((rung) => rung.do.some(({ action }) => action === 'post-copy')),
      ...settings,
      notes: [],
    }),
    decide(view, before) {
      const state = view.atPassBoundary ? countPass(before, view) : before;
      const rung = rungs[state.rung];
      if (rung === undefined || view.postCopyActive || !holds(rung.when, view, state)) return { state };
      const reason = `rung ${state.rung + 1}: ${describe(rung.when, view, state)}`;
      return { state: { ...state, rung: state.rung + 1 }, actions: rung.do.map((action) => toAction(action, reason)) };
    },
  });
}

const MEASURES: Record<Measure, (view: View, state: State) => number | undefined> = {
  pass: (view) => view.pass,
  elapsedMs: (view) => view.elapsedMs,
  expectedPauseMs: (view) => view.expectedPauseMs,
  dirtyBytes: (view) => view.dirtyBytes,
  passesWithoutProgress: (_view, state) => state.passesWithoutProgress,
  dirtiedPerSent: ({ dirtiedBytesPerSecond: dirtied, linkBytesPerSecond: link }) =>
    dirtied === undefined || link === undefined || link <= 0 ? undefined : dirtied / link,
  throttle: (view) => view.throttle,
};

function countPass(state: State, view: View): State {
  const dirtyBytes = view.dirtyBytes ?? view.memoryRemainingBytes;
  const isProgress = state.leastDirtyBytes === undefined || dirtyBytes < state.leastDirtyBytes;
  return isProgress
    ? { ...state, leastDirtyBytes: dirtyBytes, passesWithoutProgress: 0 }
    : { ...state, passesWithoutProgress: state.passesWithoutProgress + 1 };
}

function measuresOf(condition: Condition): [Measure, Range][] {
  const { at: _at, ...ranges } = condition;
  // Object.entries forgets the keys' type; what is left of a condition without `at` has measures for keys and ranges for values.
  return Object.entries(ranges) as [Measure, Range][];
}

function holds(condition: Condition, view: View, state: State): boolean {
  if (condition.at !== 'any-time' && !view.atPassBoundary) return false;
  return measuresOf(condition).every(
    ([measure, { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }]) => {
      const value = MEASURES[measure](view, state);
      return value !== undefined && value >= atLeast && value <= atMost;
    },
  );
}

function describe(condition: Condition, view: View, state: State): string {
  const measured = measuresOf(condition).map(([measure]) => `${measure} ${MEASURES[measure](view, state)}`);
  return measured.length === 0 ? 'at once' : measured.join(', ');
}

function toAction({ action, ...rest }: LadderAction, because: string): Action {
  const reason = rest.reason ?? because;
  // Each action of a ladder has the properties of the action of that kind, which the compiler loses where it spreads a union.
  const common = { ...rest, kind: action, reason } as Action;
  return common.kind === 'bandwidth' ? { ...common, bytesPerSecond: common.bytesPerSecond } : common;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError('ladder', text, `JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
