import type { Action } from './action.js';
import type { Note } from './policy.js';
import { throttleHelped, throttleNeeded } from './throttle.js';
import { type Budget, ESCALATIONS, type Escalation, type View } from './view.js';

/** What was tried, and how. Plain data. */
export interface Escalations {
  /** Tried and of no use, or not possible: not to be tried again. */
  readonly exhausted: readonly Escalation[];
  /** The throttle that this policy set last. */
  readonly throttled:
    | { readonly throttle: number; readonly added: number; readonly dirtiedBeforePerSecond: number }
    | undefined;
}

export const NOTHING_TRIED: Escalations = { exhausted: [], throttled: undefined };

/** Why there is to be an escalation. */
export interface Need {
  /** In words and numbers: what cannot be met by passes alone. */
  readonly problem: string;
  /** The patience is over, or this is the last boundary from which the end would come in time: now even what hurts is right. */
  readonly isUrgent: boolean;
  /** As little is dirty now as is to be hoped for. */
  readonly isGoodMoment: boolean;
}

export interface Step {
  readonly escalations: Escalations;
  readonly actions: readonly Action[];
  readonly notes: readonly Note[];
  /** The passes so far say nothing about those to come. */
  readonly startsAnew: boolean;
}

type Attempt = 'wait' | 'useless' | { readonly action: Action; readonly throttled?: Escalations['throttled'] };

/** The next step on the way that the caller allowed, in his order. Called at pass boundaries only. */
export function escalate(view: View, before: Escalations, need: Need): Step {
  let escalations = before;
  const actions: Action[] = [];
  const notes: Note[] = [];
  for (const escalation of view.escalate) {
    if (escalations.exhausted.includes(escalation)) continue;
    const attempt = ATTEMPTS[escalation](view, escalations, need, notes);
    if (attempt === 'wait') return { escalations, actions, notes, startsAnew: false };
    if (attempt !== 'useless') {
      const throttled = attempt.throttled ?? escalations.throttled;
      return {
        escalations: { ...escalations, throttled },
        actions: [...actions, attempt.action],
        notes,
        startsAnew: escalation === 'throttle',
      };
    }
    if (escalation === 'throttle' && view.can.throttle && view.throttle > 0) {
      actions.push({
        kind: 'throttle',
        throttle: 0,
        reason: `a throttle of ${percent(view.throttle)} did not help: ${need.problem}`,
      });
    }
    escalations = { exhausted: [...escalations.exhausted, escalation], throttled: undefined };
  }
  return { escalations, actions, notes, startsAnew: false };
}

type Try = (view: View, escalations: Escalations, need: Need, notes: Note[]) => Attempt;

const ATTEMPTS: Record<Escalation, Try> = {
  throttle: (view, escalations, need, notes) =>
    view.can.throttle ? steerThrottle(view, escalations, need, notes) : awaitAutoConverge(view, need, notes),
  'post-copy': (view, _escalations, need) =>
    view.can.postCopy ? { action: { kind: 'post-copy', reason: need.problem } } : 'useless',
  pause: (_view, _escalations, need) =>
    need.isUrgent && need.isGoodMoment
      ? { action: { kind: 'pause', reason: `${need.problem}; as little is dirty now as at best` } }
      : 'wait',
  abort: (_view, _escalations, need) => (need.isUrgent ? { action: { kind: 'abort', reason: need.problem } } : 'wait'),
};

function steerThrottle(view: View, escalations: Escalations, need: Need, notes: Note[]): Attempt {
  const { dirtiedBytesPerSecond: dirtied, linkBytesPerSecond: link } = view;
  if (dirtied === undefined || link === undefined) return 'wait';
  const { throttled } = escalations;
  if (throttled !== undefined && !throttleHelped(throttled.dirtiedBeforePerSecond, dirtied, throttled.added))
    return 'useless';
  const needed = throttleNeeded(dirtied, link, view.throttle);
  const allowed = view.budget.slowdown ?? 1;
  if (needed > allowed) {
    notes.push({
      code: 'slowdown-budget',
      message: `a throttle of ${percent(needed)} would be needed, ${percent(allowed)} are allowed`,
      remedy: 'post-copy',
    });
    return 'useless';
  }
  if (needed <= view.throttle) return 'useless';
  return {
    action: {
      kind: 'throttle',
      throttle: needed,
      reason: `${need.problem}; the guest dirties ${rate(dirtied)}, the link carries ${rate(link)}`,
    },
    throttled: { throttle: needed, added: needed - view.throttle, dirtiedBeforePerSecond: dirtied },
  };
}

/** QEMU throttles by its own rule, about every 5 s one step more: time must show whether it helps. */
function awaitAutoConverge(view: View, need: Need, notes: Note[]): Attempt {
  if (!view.can.autoConverge) return 'useless';
  const allowed = view.budget.slowdown ?? 1;
  if (view.throttle > allowed) {
    notes.push({
      code: 'slowdown-budget',
      message: `QEMU throttles by ${percent(view.throttle)}, ${percent(allowed)} are allowed`,
      remedy: 'post-copy',
    });
    return 'useless';
  }
  return need.isUrgent ? 'useless' : 'wait';
}

/** The escalation that would keep the pause within its budget, whether it is allowed or not. */
export function remedyFor(view: View, budget: Budget): Escalation | undefined {
  const { dirtiedBytesPerSecond: dirtied, linkBytesPerSecond: link } = view;
  if (dirtied === undefined || link === undefined) return undefined;
  const throttle = throttleNeeded(dirtied, link, view.throttle);
  const isThrottleBearable = throttle > view.throttle && throttle <= (budget.slowdown ?? 1);
  // A suspended guest and an aborted migration keep no budget for the pause.
  return ESCALATIONS.find(
    (escalation) => escalation === 'post-copy' || (escalation === 'throttle' && isThrottleBearable),
  );
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}

export function rate(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
}
