import { withDeadline } from './deadline.js';
import {
  type HookContext,
  type HookEntry,
  type HookName,
  type HookOf,
  type HookSignatures,
  type Hooks,
  Veto,
} from './hooks.js';
import { unlessAborted } from './until.js';

const DEFAULT_DEADLINE_MS = 30_000;

/** Hooks after which an abort is of no use any more: their failure is a warning. */
const TOO_LATE_TO_ABORT: ReadonlySet<HookName> = new Set([
  'stopped',
  'beforeResume',
  'resumed',
  'settled',
  'rolledBack',
]);

type Extra<Name extends HookName> = Omit<Parameters<HookSignatures[Name]>[0], keyof HookContext>;
type Returned<Name extends HookName> = Awaited<ReturnType<HookSignatures[Name]>>;

/** What a hook's failure leads to. */
export interface HookFailure {
  hook: HookName;
  error: Error;
  aborts: boolean;
}

export interface HookRunnerHandlers {
  context: (signal: AbortSignal) => HookContext;
  onFailure: (failure: HookFailure) => void;
}

/** Calls the hooks of one migration: in order, one at a time, each with its deadline. It never throws. */
export class HookRunner {
  readonly #hooks: Hooks;
  readonly #handlers: HookRunnerHandlers;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(hooks: Hooks, handlers: HookRunnerHandlers) {
    this.#hooks = hooks;
    this.#handlers = handlers;
  }

  has(name: HookName): boolean {
    return entriesOf(this.#hooks, name).length > 0;
  }

  /**
   * Calls the hooks of a moment, after all that were called before have settled.
   *
   * @param extra - what this moment's hooks are told beyond the common context
   * @param until - when it aborts nothing waits for a hook any more: what it was to be asked for is over
   * @returns what they returned, in their order; those that failed are left out
   */
  run<Name extends HookName>(name: Name, extra: Extra<Name>, until?: AbortSignal): Promise<Returned<Name>[]> {
    const called = this.#queue.then(() => this.#runAll(name, extra, until));
    this.#queue = called;
    // Not behind the hooks before it either.
    return unlessAborted(called, until, []);
  }

  async #runAll<Name extends HookName>(name: Name, extra: Extra<Name>, until?: AbortSignal): Promise<Returned<Name>[]> {
    const returned: Returned<Name>[] = [];
    for (const entry of entriesOf(this.#hooks, name)) {
      if (until?.aborted) return returned;
      const over = new AbortController();
      try {
        const context = { ...this.#handlers.context(over.signal), ...extra };
        // The table above pairs each name with its context; TypeScript cannot follow that through a union of functions.
        const call = async () => (entry.run as (context: object) => unknown)(context);
        const work = call() as Promise<Returned<Name>>;
        // The deadline outermost: it must not keep the process for a hook that is not waited for any more.
        const called = unlessAborted(work, until, NO_LONGER_WANTED);
        const result = await withDeadline(called, entry.deadlineMs ?? DEFAULT_DEADLINE_MS, `The hook ${name}`);
        if (result !== NO_LONGER_WANTED) returned.push(result);
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        const wanted = thrown instanceof Veto || (entry.onFailure ?? 'abort') === 'abort';
        this.#handlers.onFailure({ hook: name, error, aborts: wanted && !TOO_LATE_TO_ABORT.has(name) });
      } finally {
        over.abort();
      }
    }
    return returned;
  }
}

const NO_LONGER_WANTED = Symbol('no longer wanted');

function entriesOf<Name extends HookName>(hooks: Hooks, name: Name): HookEntry<Name>[] {
  const given: HookOf<Name> | readonly HookOf<Name>[] | undefined = hooks[name];
  if (given === undefined) return [];
  const list: readonly HookOf<Name>[] = isList(given) ? given : [given];
  return list.map((hook) => (typeof hook === 'function' ? { run: hook } : hook));
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
