import type { JobStats } from '../libvirt/index.js';
import { isHarmlessToHold } from '../migration/gate.js';
import type { Limits } from '../migration/index.js';
import { capabilitiesOf } from '../migration/plan.js';
import { hasBegun, Steering } from '../migration/steering.js';
import {
  type Action,
  type ActionKind,
  type Ladder,
  type Note,
  type Policy,
  toPolicy,
  type View,
} from '../policy/index.js';
import type { TraceEntry, TraceHeader } from './format.js';

type Sample = Extract<TraceEntry, { type: 'sample' }>;
type Plan = Extract<TraceEntry, { type: 'plan' }>;

/** A moment at which the recorded policy, the replayed one or both decided something. */
export interface ReplayStep {
  /** When the sample was taken on which they decided. */
  readonly atMs: number;
  readonly pass: number;
  readonly recorded: readonly Action[];
  readonly replayed: readonly Action[];
  /** They do the same, whatever reasons they give. */
  readonly isSame: boolean;
  /** A hook decided in the policy's place; `recorded` is what the hook wanted. */
  readonly isOverridden: boolean;
}

/** How far a replay went. `forked`: the guest's history would have been another one from the last step on. */
export type ReplayEnd = 'stopped' | 'cut off' | 'forked' | 'not begun';

export interface ReplayReport {
  readonly recordedPolicy: string;
  readonly replayedPolicy: string;
  readonly steps: readonly ReplayStep[];
  readonly differences: number;
  /** The first step at which they differ; undefined when they never do. */
  readonly firstDifference: ReplayStep | undefined;
  /** What the replayed policy had to say, and when. */
  readonly notes: readonly (Note & { readonly atMs: number })[];
  /** How often the policy was asked. */
  readonly views: number;
  readonly end: ReplayEnd;
}

/**
 * Shows a recorded run to a policy, view by view as the engine did, and compares what it wants with what was decided then.
 *
 * Until the first difference the policy sees what the recorded one saw, so that the same policy decides the same. After it the limits in
 * its views are those that it would have set itself, while memory and stream go on as recorded; the replay ends where that makes no sense
 * any more, because one of the two stopped the guest, started post-copy or gave up and the other did not.
 *
 * @param trace - the entries, in their order
 * @param policy - by default the one that was recorded, by its name
 * @throws InvalidArgumentError when the recorded policy is none that precopy knows, and no other was given
 */
export async function replay(
  trace: AsyncIterable<TraceEntry> | Iterable<TraceEntry>,
  policy?: string | Policy | Ladder,
): Promise<ReplayReport> {
  const replayed = new Replay(policy === undefined ? undefined : toPolicy(policy));
  for await (const entry of trace) replayed.take(entry);
  return replayed.report();
}

/** What happened from one view of the policy to the next. */
interface Moment {
  readonly sample: Sample;
  readonly view: View;
  readonly recorded: { readonly by: 'policy' | 'hook'; readonly action: Action; readonly isRefused: boolean }[];
  /** The engine did something of its own then, and did not ask the policy. */
  isEngines: boolean;
  readonly isHeld: boolean;
}

/** A replay under way: entries in, the report out. Pure. */
export class Replay {
  #policy: Policy | undefined;
  #header: TraceHeader | undefined;
  #steering: Steering | undefined;
  #moment: Moment | undefined;
  /** What the policy would have set; undefined as long as that is what was recorded. */
  #own: Limits | undefined;
  #isHeld = false;
  #end: ReplayEnd | undefined;
  #views = 0;
  readonly #steps: ReplayStep[] = [];
  readonly #notes: (Note & { atMs: number })[] = [];

  constructor(policy: Policy | undefined) {
    this.#policy = policy;
  }

  take(entry: TraceEntry): void {
    if (this.#end !== undefined) return;
    switch (entry.type) {
      case 'trace':
        this.#begin(entry);
        break;
      case 'plan':
        this.#plan(entry);
        break;
      case 'sample':
        this.#sample(entry);
        break;
      case 'decision':
        if (entry.by === 'landing') this.#noteEngine();
        // What the hold gives back is limits alone, and those are in the next sample.
        else if (entry.by !== 'hold') {
          const { by, action, refusal } = entry;
          this.#moment?.recorded.push({ by, action, isRefused: refusal !== undefined });
        }
        break;
      case 'hold':
        this.#noteEngine();
        if (entry.what === 'release') this.#isHeld = false;
        break;
      case 'phase':
        if (entry.phase === 'stop-and-copy' || entry.phase === 'settle') this.#finish('stopped');
        break;
    }
  }

  report(): ReplayReport {
    if (this.#end === undefined) this.#finish(this.#moment === undefined ? 'not begun' : 'cut off');
    const different = this.#steps.filter(({ isSame, isOverridden }) => !isSame && !isOverridden);
    return {
      recordedPolicy: this.#header?.options.policy ?? '',
      replayedPolicy: this.#policy?.name ?? '',
      steps: this.#steps,
      differences: different.length,
      firstDifference: different[0],
      notes: this.#notes,
      views: this.#views,
      end: this.#end ?? 'not begun',
    };
  }

  #begin(header: TraceHeader): void {
    const { hooks, switchoverAt, policy } = header.options;
    this.#header = header;
    this.#policy ??= toPolicy(policy);
    this.#isHeld = hooks.includes('beforeSwitchover') || switchoverAt !== undefined;
  }

  #plan({ situation, hasMonitor, fixedPauseMs, can: recorded }: Plan): void {
    const policy = this.#policy;
    if (policy === undefined) return;
    const { budget, escalate } = situation;
    const can = capabilitiesOf(policy.settings(situation), hasMonitor);
    // What was recorded is the job of the recorded policy.
    const looks = this.#header?.isAdopted ? 'unknown' : recorded.autoConverge ? 'from-start' : 'never';
    this.#steering = new Steering({ policy, budget, escalate, can, fixedPauseMs, looks });
  }

  #sample(sample: Sample): void {
    const stats = statsOf(sample);
    if (this.#steering === undefined || !hasBegun(stats)) return;
    const view = this.#steering.look(stats, sample.atMs, sample, sample.isSteered);
    if (!sample.isSteered) return;
    this.#decide(false);
    if (this.#end !== undefined) return;
    this.#moment = { sample, view, recorded: [], isEngines: false, isHeld: this.#isHeld };
  }

  #noteEngine(): void {
    if (this.#moment !== undefined) this.#moment.isEngines = true;
  }

  #finish(end: ReplayEnd): void {
    this.#decide(true);
    this.#end ??= end;
  }

  /** Asks the policy about the last moment, now that all is known that was done then. */
  #decide(isLast: boolean): void {
    const moment = this.#moment;
    this.#moment = undefined;
    if (moment === undefined || moment.isEngines || this.#steering === undefined) return;
    const { view, recorded, sample } = moment;
    this.#views += 1;
    const { actions, notes } = this.#steering.advise({ ...view, ...this.#own });
    for (const note of notes) this.#notes.push({ ...note, atMs: sample.atMs });
    const replayed = moment.isHeld ? actions.filter(isHarmlessToHold) : actions;
    if (recorded.length === 0 && replayed.length === 0) return;
    const isOverridden = recorded.some(({ by }) => by === 'hook');
    // What came after a refusal, or after the stop, was not carried out any more.
    const isCut = isLast || recorded.at(-1)?.isRefused === true;
    const isSame = isAlike(
      recorded.map(({ action }) => action),
      replayed,
      isCut,
    );
    this.#steps.push({
      ...{ atMs: sample.atMs, pass: view.pass, isSame, isOverridden },
      recorded: recorded.map(({ action }) => action),
      replayed,
    });
    if (isOverridden) return;
    if (!isSame) {
      this.#own ??= limitsOf(sample);
      if (
        isFork(
          recorded.map(({ action }) => action),
          replayed,
        )
      )
        this.#end = 'forked';
    }
    if (this.#own !== undefined) this.#own = replayed.reduce(withAction, this.#own);
  }
}

/** The reading out of which the sample was made, as far as steering looks at it. */
function statsOf(sample: Sample): JobStats {
  return {
    type: 'unbounded',
    memoryTotalBytes: sample.memoryTotalBytes,
    memoryRemainingBytes: sample.memoryRemainingBytes,
    memoryProcessedBytes: sample.memoryProcessedBytes,
    memoryIteration: sample.syncs,
    ...(sample.measuredBytesPerSecond === undefined ? {} : { memoryBytesPerSecond: sample.measuredBytesPerSecond }),
    diskTotalBytes: sample.diskTotalBytes,
    diskRemainingBytes: sample.diskRemainingBytes,
    autoConvergeThrottlePercent: Math.round(sample.throttle * 100),
  };
}

function limitsOf({ downtimeLimitMs, bandwidthBytesPerSecond, postCopyActive, paused }: Sample): Limits {
  return { downtimeLimitMs, bandwidthBytesPerSecond, postCopyActive, paused };
}

/** What would be in force after an action, had libvirt taken it. */
function withAction(limits: Limits, action: Action): Limits {
  switch (action.kind) {
    case 'downtime-limit':
      return { ...limits, downtimeLimitMs: action.limitMs };
    case 'bandwidth':
      return { ...limits, bandwidthBytesPerSecond: action.bytesPerSecond };
    default:
      return limits;
  }
}

/** What is done, without the reasons; to continue is to do nothing. */
function deedsOf(actions: readonly Action[]): string[] {
  return actions
    .filter(({ kind }) => kind !== 'continue')
    .map((action) => {
      const { reason: _reason, ...deed } = action;
      return JSON.stringify(
        Object.entries(deed)
          .filter(([, value]) => value !== undefined)
          .sort(),
      );
    });
}

function isAlike(recorded: readonly Action[], replayed: readonly Action[], isCut: boolean): boolean {
  const done = deedsOf(recorded);
  const wanted = deedsOf(replayed);
  return (
    (isCut ? done.length <= wanted.length : done.length === wanted.length) &&
    done.every((deed, index) => deed === wanted[index])
  );
}

/** After these nothing is as it was, and a trace cannot say what would have been. */
const FORKS: ReadonlySet<ActionKind> = new Set<ActionKind>(['switchover', 'post-copy', 'pause', 'abort']);

function isFork(recorded: readonly Action[], replayed: readonly Action[]): boolean {
  return [...recorded, ...replayed].some(({ kind }) => FORKS.has(kind));
}
