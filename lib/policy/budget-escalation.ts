import type { Action } from './action.js';
import type { Note } from './policy.js';
import { throttleHelped, throttleNeeded, throttleWanted } from './throttle.js';
import { type Budget, ESCALATIONS, type Escalation, type View } from './view.js';

/** What was tried, and how. Plain data. */
export interface Escalations {
  /** Tried and of no use, or not possible: not to be tried again. */
  readonly exhausted: readonly Escalation[];
  /** The throttle that this policy set last. */
  readonly throttled:
    | {
        readonly throttle: number;
        readonly added: number;
        readonly dirtiedBeforePerSecond: number;
        /** The pass that was under way then. */
        readonly setInPass: number;
      }
    | undefined;
}

export const NOTHING_TRIED: Escalations = { exhausted: [], throttled: undefined };

/** Why there is to be an escalation. */
export interface Need {
  /** In words and numbers: what cannot be met by passes alone. */
  readonly problem: string;
  /** The passes have stalled or this is the last boundary: no single unlucky pass, after which the next one may be as good as ever. */
  readonly isCertain: boolean;
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
        reason: `a throttle of ${percent(view.throttle)} is of no use: ${need.problem}`,
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
  'post-copy': (view, _escalations, need) => {
    if (!view.can.postCopy) return 'useless';
    return need.isCertain ? { action: { kind: 'post-copy', reason: need.problem } } : 'wait';
  },
  pause: (_view, _escalations, need) =>
    need.isUrgent && need.isGoodMoment
      ? { action: { kind: 'pause', reason: `${need.problem}; as little is dirty now as at best` } }
      : 'wait',
  abort: (_view, _escalations, need) => (need.isUrgent ? { action: { kind: 'abort', reason: need.problem } } : 'wait'),
};

function steerThrottle(view: View, { throttled }: Escalations, need: Need, notes: Note[]): Attempt {
  const { dirtiedBytesPerSecond: dirtied, linkBytesPerSecond: link } = view;
  if (dirtied === undefined || link === undefined) return 'wait';
  // The time that is left allows no second look.
  if (throttled !== undefined && view.pass < throttled.setInPass + PASSES_UNTIL_JUDGED && !need.isUrgent) return 'wait';
  const isHidden = isRateHidden(view);
  if (
    throttled !== undefined &&
    (isHidden || !throttleHelped(throttled.dirtiedBeforePerSecond, dirtied, throttled.added))
  ) {
    return 'useless';
  }
  const atLeast = throttleNeeded(dirtied, link, view.throttle);
  const allowed = view.budget.slowdown ?? 1;
  if (atLeast > allowed) {
    const message = `a throttle of ${percent(atLeast)} would be needed, ${percent(allowed)} are allowed`;
    notes.push({ code: 'slowdown-budget', message, remedy: 'post-copy' });
    return 'useless';
  }
  const atMost = isHidden ? dirtied * HIDDEN_FACTOR : dirtied;
  // The rate that was seen needs none, and the one that may be hidden needs more than is allowed: the next pass knows more.
  if (atLeast === 0 && throttleNeeded(atMost, link, view.throttle) > allowed) return 'wait';
  const throttle = Math.min(throttleWanted(atMost, link, view.throttle, view.budget.pauseMs), allowed);
  if (throttle <= view.throttle) return 'useless';
  const least = isHidden ? 'at least ' : '';
  const reason = `${need.problem}; the guest dirties ${least}${rate(dirtied)}, the link carries ${rate(link)}`;
  return {
    action: { kind: 'throttle', throttle, reason },
    throttled: {
      ...{ throttle, added: throttle - view.throttle },
      ...{ dirtiedBeforePerSecond: dirtied, setInPass: view.pass },
    },
  };
}

/**
 * QEMU begins to throttle at a sync, so the pass in which the throttle is set does not feel it: the one after it is the first that tells
 * whether it helps.
 */
const PASSES_UNTIL_JUDGED = 2;

/**
 * A set that is dirty from end to end after each pass hides how fast it is rewritten, and after the first pass, which sends more than that set,
 * nobody can tell: one try with a rate that much higher shows it.
 */
const HIDDEN_FACTOR = 3;

function isRateHidden(view: View): boolean {
  const last = view.passes.at(-1);
  return last !== undefined && (last.number === 1 || last.dirtiedBytes >= 0.95 * last.dirtyBytes);
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
