import { PrecopyError } from '../../errors.js';
import type { Owner } from '../ownership.js';
import { sleep } from '../sampler.js';
import { type ActionName, DEEDS, mayDo } from './actions.js';
import { Hosts } from './hosts.js';
import { type ResolvedResolveOptions, type ResolveOptions, resolveResolveOptions } from './options.js';
import type { Row, Verdict } from './row.js';
import { type Look, type Sight, type Standing, standingOf } from './standing.js';
import { judge } from './table.js';

/** How often both hosts are looked at while libvirt is given time, in milliseconds. */
const WAIT_INTERVAL_MS = 200;

/** How many rows of the table one call goes through at most: what still changes by then is not this fault any more. */
const MOST_ROUNDS = 12;

/** What was done, or would be. */
export interface ActionReport {
  readonly action: ActionName;
  /**
   * `done`; `failed`: the call, with its error; `withheld`: not done, because the hosts did not stand any more as it needs; `planned`: a dry
   * run.
   */
  readonly outcome: 'done' | 'failed' | 'withheld' | 'planned';
  readonly why?: string;
}

/** A host's part of the evidence. */
export type Seen = Sight & { readonly standing: Standing };

export interface Evidence {
  readonly source: Seen;
  readonly destination: Seen;
  /** Whether it is known that the guest has run on the destination. */
  readonly destinationRan: boolean;
}

export interface Resolution {
  /** What the fault had left behind; what it is called once nothing is to be done any more is `completed`, `rolled-back` or a person's case. */
  readonly verdict: Verdict;
  /** The same in a sentence. */
  readonly says: string;
  /** Who has the guest now. */
  readonly owner: Owner;
  /** How both hosts stood at first. */
  readonly found: Evidence;
  /** How they stand now. */
  readonly evidence: Evidence;
  readonly actions: readonly ActionReport[];
  /** What a person has to do; undefined when it is settled. */
  readonly remedy: string | undefined;
}

/**
 * Settles what a fault left of a migration: looks at both hosts, judges by the recovery table, and does what it says, looking again
 * before each step. A guest is resumed only where the other host answers and does not have it. Without proof nothing is done.
 * Calling it again does no harm: what is settled is only reported.
 *
 * @example
 * ```ts
 * const { verdict, owner, remedy } = await resolve({ source: 'qemu+tls://a/system', destination: 'qemu+tls://b/system', domain: 'db1' });
 * if (remedy !== undefined) throw new Error(`${verdict}, owner ${owner}: ${remedy}`);
 * ```
 *
 * A host that cannot be reached is no error but the verdict `indeterminate`. An action that fails is in `actions`.
 *
 * @throws InvalidArgumentError for an option, PrecopyError `ERR_PRECOPY_SAME_HOST`, `…_JOURNAL`, and `…_ABORTED` (with the owner and a
 *   remedy) when the signal aborts: an action that has begun is finished first
 */
export async function resolve(options: ResolveOptions): Promise<Resolution> {
  const resolved = resolveResolveOptions(options);
  await using hosts = await Hosts.open(resolved);
  return await new Recovery(hosts, resolved).execute();
}

class Recovery {
  readonly #hosts: Hosts;
  readonly #options: ResolvedResolveOptions;
  readonly #reports: ActionReport[] = [];
  readonly #giveUpWaitingAt: number;

  constructor(hosts: Hosts, options: ResolvedResolveOptions) {
    this.#hosts = hosts;
    this.#options = options;
    this.#giveUpWaitingAt = performance.now() + options.waitMs;
  }

  async execute(): Promise<Resolution> {
    const found = await this.#hosts.look();
    let look = found;
    let verdict = judge(found);
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      const row = judge(look);
      // The last row that demanded something tells what had happened; the rows after it only tell that it is settled.
      if (row.actions.length > 0 || verdict.actions.every((action) => action === 'wait')) verdict = row;
      if (this.#options.dryRun) {
        this.#reports.push(...this.#planOf(row).map((action) => ({ action, outcome: 'planned' }) as const));
        break;
      }
      const mayGoOn = await this.#carryOut(row);
      look = await this.#hosts.look();
      if (!mayGoOn) break;
    }
    return this.#conclude(found, look, verdict);
  }

  /** The row's actions; one that was paused before it was moved is not resumed, where that is known. */
  #planOf(row: Row): readonly ActionName[] {
    return this.#options.wasRunning === false
      ? row.actions.filter((action) => !action.startsWith('resume'))
      : row.actions;
  }

  /** Does what a row says; true when there may be more to do afterwards. */
  async #carryOut(row: Row): Promise<boolean> {
    const plan = this.#planOf(row);
    for (const action of plan) {
      this.#throwIfAborted(row);
      if (action === 'wait') {
        if (await this.#waitForChange(row)) return true;
        continue;
      }
      const report = await this.#do(action, row);
      this.#reports.push(report);
      if (report.outcome !== 'done') return report.outcome === 'withheld' && report.why === CHANGED;
    }
    return plan.some((action) => action !== 'wait');
  }

  /** True as soon as another row fits; false when the time is up. */
  async #waitForChange(row: Row): Promise<boolean> {
    let hasChanged = false;
    while (!hasChanged && performance.now() < this.#giveUpWaitingAt) {
      await sleep(WAIT_INTERVAL_MS, this.#options.signal);
      this.#throwIfAborted(row);
      hasChanged = judge(await this.#hosts.look()) !== row;
    }
    this.#reports.push({
      action: 'wait',
      outcome: 'done',
      ...(hasChanged ? {} : { why: 'nothing changed meanwhile' }),
    });
    return hasChanged;
  }

  async #do(action: Exclude<ActionName, 'wait'>, row: Row): Promise<ActionReport> {
    const deed = DEEDS[action];
    const look = await this.#hosts.look();
    if (!isStillCalledFor(action, row, look)) return { action, outcome: 'withheld', why: CHANGED };
    try {
      await this.#hosts.call(deed.side, `To ${action.replace('-', ' the guest on the ')}`, deed.call);
    } catch (error) {
      return { action, outcome: 'failed', why: error instanceof Error ? error.message : String(error) };
    }
    if (deed.leaves === 'absent') this.#hosts.noteDestroyed(deed.side);
    return { action, outcome: 'done' };
  }

  #conclude(found: Look, look: Look, verdict: Row): Resolution {
    const now = judge(look);
    const isSplit = verdict.verdict === 'split-brain';
    return {
      verdict: verdict.verdict,
      says: verdict.says,
      // Two guests that have parted are two until a person decides, also when neither runs.
      owner: isSplit ? 'both' : now.owner,
      found: evidenceOf(found),
      evidence: evidenceOf(look),
      actions: this.#reports,
      remedy: (isSplit ? verdict.remedy : now.remedy) ?? this.#remedyFor(now),
    };
  }

  /** What is left to a person when the table would go on, but this call does not. */
  #remedyFor(row: Row): string | undefined {
    if (this.#planOf(row).length === 0) return undefined;
    if (this.#options.dryRun) return 'Call resolve() without dryRun to have this done.';
    const failed = this.#reports.findLast(({ outcome }) => outcome === 'failed' || outcome === 'withheld');
    if (failed === undefined) return 'Call resolve() again: the hosts still changed when this call ended.';
    return `Could not ${failed.action.replace('-', ' the ')} (${failed.why}): mend that and call resolve() again.`;
  }

  #throwIfAborted(row: Row): void {
    if (this.#options.signal?.aborted !== true) return;
    throw new PrecopyError('ERR_PRECOPY_ABORTED', `resolve() was aborted: ${String(this.#options.signal.reason)}`, {
      owner: row.owner,
      remedy: 'Call resolve() again to have the rest done.',
    });
  }
}

const CHANGED = 'the hosts did not stand any more as it needs';

/** Whether the evidence right before an action still demands it; a pause harms nobody, so its own condition is enough. Pure. */
function isStillCalledFor(action: Exclude<ActionName, 'wait'>, row: Row, look: Look): boolean {
  const now = judge(look);
  const isDemanded = now === row || now.actions.includes(action) || action.startsWith('suspend');
  const [source, destination] = [standingOf(look.source), standingOf(look.destination)];
  return isDemanded && mayDo(DEEDS[action], source, destination, look.destinationRan);
}

function evidenceOf({ source, destination, destinationRan }: Look): Evidence {
  return {
    source: { ...source, standing: standingOf(source) },
    destination: { ...destination, standing: standingOf(destination) },
    destinationRan,
  };
}
