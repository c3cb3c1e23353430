import { PrecopyError } from '../errors.js';
import type { Forecast } from '../forecast/index.js';
import type { Domain } from '../libvirt/index.js';
import type { Action, View } from '../policy/index.js';
import type { HostIdentity, MigrationResult } from './result.js';

/** What every hook is told. */
export interface HookContext {
  /** The guest on the source. */
  readonly guest: { readonly name: string; readonly uuid: string | undefined };
  /** Undefined where it was never reached, as `rolledBack` may find it. */
  readonly source: HostIdentity | undefined;
  readonly destination: HostIdentity | undefined;
  /** What is expected; undefined where nothing was forecast. */
  readonly forecast: Forecast | undefined;
  /** Milliseconds from the start of the migration. */
  readonly atMs: number;
  /** Aborted when the hook is not waited for any more: its deadline is over, or the migration is. */
  readonly signal: AbortSignal;
}

/** A pass is over: what a policy sees of it. */
export interface PassContext extends HookContext {
  readonly view: View;
}

/** The guest is where it is going to stay. */
export interface EndContext extends HookContext {
  readonly result: MigrationResult;
}

/** Before the guest runs on the destination, where it is still stopped and the clock runs. */
export interface ResumeContext extends HookContext {
  /** The guest on the destination: stopped, and free to be looked at. */
  readonly domain: Domain;
}

/** The hooks in the order in which they are called, each with what it is told and what it may return. */
export interface HookSignatures {
  /** Both hosts are open and checked; nothing is touched yet. */
  connected: (context: HookContext) => unknown;
  /** The destination waits for memory; the switchover waits for this hook. */
  prepared: (context: HookContext) => unknown;
  /** A pass is over; actions that are returned take the place of the policy's. */
  pass: (
    context: PassContext,
  ) => Action | readonly Action[] | undefined | Promise<Action | readonly Action[] | undefined>;
  /**
   * The hold: the guest runs on at the source, nearly all of its memory sent, until this settles. Not called where the hold broke before
   * it began, which a guest that writes nothing at all may do.
   */
  beforeSwitchover: (context: HookContext) => unknown;
  /** The guest has stopped; the clock runs, and nothing waits for this hook. */
  stopped: (context: HookContext) => unknown;
  /** Strict safety only: the source is gone for certain, the guest is stopped on the destination. */
  beforeResume: (context: ResumeContext) => unknown;
  /** The guest runs on the destination. */
  resumed: (context: HookContext) => unknown;
  /** The end of a migration that completed. */
  settled: (context: EndContext) => unknown;
  /** The end of one that did not. */
  rolledBack: (context: EndContext) => unknown;
}

export type HookName = keyof HookSignatures;

export const HOOK_NAMES: readonly HookName[] = [
  'connected',
  'prepared',
  'pass',
  'beforeSwitchover',
  'stopped',
  'beforeResume',
  'resumed',
  'settled',
  'rolledBack',
];

/** A hook with conditions of its own. */
export interface HookEntry<Name extends HookName> {
  readonly run: HookSignatures[Name];
  /** Default 30 000. */
  readonly deadlineMs?: number;
  /** What follows when it throws or is late. Default `abort`; past the switchover it is a warning in any case. */
  readonly onFailure?: 'abort' | 'continue';
}

export type HookOf<Name extends HookName> = HookSignatures[Name] | HookEntry<Name>;

/** One hook for each moment, or several that are called in their order, each when the one before has settled. */
export type Hooks = { readonly [Name in HookName]?: HookOf<Name> | readonly HookOf<Name>[] };

/** Thrown by a hook that is against the migration: it is aborted, whatever `onFailure` says. */
export class Veto extends PrecopyError {
  constructor(reason: string) {
    super('ERR_PRECOPY_VETO', reason);
  }
}
