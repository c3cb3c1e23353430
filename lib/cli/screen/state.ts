import type { AssessedSample, MigrationResult, Outcome, Phase, Role } from '../../migration/index.js';
import type { Budget } from '../../policy/index.js';
import type { ShownEvent } from '../display.js';

/** A pass as far as it has come. */
export interface PassState {
  readonly number: number;
  readonly startedAtMs: number;
  readonly durationMs: number | undefined;
  /** What it has to send; known from its first sample on. */
  readonly volumeBytes: number;
  readonly remainingBytes: number;
}

/** Everything that the screen shows of a migration. Plain data. */
export interface ScreenState {
  readonly domain: string;
  readonly source: string;
  readonly destination: string;
  readonly budget: Budget;
  readonly phases: readonly { readonly phase: Phase; readonly atMs: number }[];
  readonly passes: readonly PassState[];
  readonly sample: AssessedSample | undefined;
  /** Smoothed, so that figures can be read. */
  readonly sentBytesPerSecond: number;
  readonly dirtiedBytesPerSecond: number;
  /** The highest of either so far: what a whole bar means. */
  readonly peakBytesPerSecond: number;
  /** Where the guest runs; undefined while it runs nowhere. */
  readonly place: Role | undefined;
  readonly heldSinceMs: number | undefined;
  readonly stoppedAtMs: number | undefined;
  readonly resumedAtMs: number | undefined;
  readonly isAborting: boolean;
  readonly endedAtMs: number | undefined;
  readonly outcome: Outcome | undefined;
}

export function initialState(about: Pick<ScreenState, 'domain' | 'source' | 'destination' | 'budget'>): ScreenState {
  return {
    ...about,
    ...{ phases: [], passes: [], sample: undefined, place: 'source' },
    ...{ sentBytesPerSecond: 0, dirtiedBytesPerSecond: 0, peakBytesPerSecond: 0 },
    ...{ heldSinceMs: undefined, stoppedAtMs: undefined, resumedAtMs: undefined },
    ...{ isAborting: false, endedAtMs: undefined, outcome: undefined },
  };
}

/** The share of a new rate in the smoothed one: a few samples until a change has come through. */
const NEW_SHARE = 0.2;

/** The state after an event. Pure. */
export function after(state: ScreenState, event: ShownEvent): ScreenState {
  switch (event.type) {
    case 'phase':
      return { ...state, phases: [...state.phases, { phase: event.phase, atMs: event.atMs }] };
    case 'pass':
      return { ...state, passes: [...close(state.passes, event.atMs), newPass(event.pass, event.atMs)] };
    case 'sample':
      return afterSample(state, event);
    case 'hold':
      return { ...state, heldSinceMs: event.what === 'begin' ? event.atMs : undefined };
    case 'guest':
      if (event.side === 'source' && event.event === 'suspended') return stopped(state, event.atMs);
      return event.event === 'resumed' ? resumed(state, event.side, event.atMs) : state;
    case 'abort':
      return { ...state, isAborting: true };
    case 'end':
      return ended(state, event.result, event.atMs);
    case 'over':
      return over(state, event.verdict === 'completed' ? 'completed' : 'failed', event.atMs);
    default:
      return state;
  }
}

function stopped(state: ScreenState, atMs: number): ScreenState {
  return { ...state, place: undefined, stoppedAtMs: state.stoppedAtMs ?? atMs, heldSinceMs: undefined };
}

function resumed(state: ScreenState, place: Role, atMs: number): ScreenState {
  return { ...state, place, resumedAtMs: state.resumedAtMs ?? atMs };
}

/** At the end both hosts have told their names. */
function ended(state: ScreenState, result: MigrationResult, atMs: number): ScreenState {
  const { source, destination, owner, outcome } = result;
  return {
    ...over(state, outcome, atMs),
    ...{ source: source?.hostname ?? state.source, destination: destination?.hostname ?? state.destination },
    place: owner === 'source' || owner === 'destination' ? owner : undefined,
  };
}

function over(state: ScreenState, outcome: Outcome, endedAtMs: number): ScreenState {
  const passes = close(state.passes, endedAtMs, outcome === 'completed');
  return { ...state, outcome, endedAtMs, heldSinceMs: undefined, passes };
}

function newPass(number: number, startedAtMs: number): PassState {
  return { number, startedAtMs, durationMs: undefined, volumeBytes: 0, remainingBytes: 0 };
}

function close(passes: readonly PassState[], atMs: number, isDone = true): readonly PassState[] {
  const last = passes.at(-1);
  if (last === undefined || last.durationMs !== undefined) return passes;
  const remainingBytes = isDone ? 0 : last.remainingBytes;
  return [...passes.slice(0, -1), { ...last, durationMs: atMs - last.startedAtMs, remainingBytes }];
}

function afterSample(state: ScreenState, sample: AssessedSample & { atMs: number }): ScreenState {
  const { sentBytesPerSecond: sent, dirtiedBytesPerSecond: dirtied, memoryRemainingBytes: remainingBytes } = sample;
  const last = state.passes.at(-1);
  const passes =
    last === undefined || last.durationMs !== undefined
      ? state.passes
      : [
          ...state.passes.slice(0, -1),
          { ...last, remainingBytes, volumeBytes: Math.max(last.volumeBytes, remainingBytes) },
        ];
  const sentBytesPerSecond = smooth(state.sentBytesPerSecond, sent);
  return {
    ...state,
    ...{ sample, passes, sentBytesPerSecond, dirtiedBytesPerSecond: dirtied },
    peakBytesPerSecond: Math.max(state.peakBytesPerSecond, sentBytesPerSecond, dirtied),
  };
}

function smooth(before: number, now: number): number {
  return before === 0 ? now : before + NEW_SHARE * (now - before);
}
