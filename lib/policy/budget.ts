import { type Action, DOWNTIME_LIMIT_MS, downtimeLimit } from './action.js';
import { type Escalations, escalate, NOTHING_TRIED, remedyFor } from './budget-escalation.js';
import { addPass, isHopeless, NO_PROGRESS_YET, type Progress, timeToReachMs } from './budget-progress.js';
import { budgetSettings, STRICT_LIMIT_MS } from './budget-settings.js';
import { definePolicy, type Note, type Policy } from './policy.js';
import type { View } from './view.js';

interface State {
  readonly isStarted: boolean;
  readonly progress: Progress;
  readonly escalations: Escalations;
  readonly said: readonly Note['code'][];
}

interface Outcome {
  readonly state: State;
  readonly actions: readonly Action[];
  readonly notes: readonly Note[];
}

/** Where the caller gave no total: passes that do not help go on for so long in the hope that the guest grows quieter. */
const PATIENCE_MS = 10_000;
/** The same as a share of the total, where there is one. */
const PATIENCE_SHARE = 0.25;
/** A moment within this of the best one seen is good enough; so is a limit that much above what the best one needed. */
const NEAR_BEST = 1.1;
/** An abort takes time as well: so much of the total is kept for it, within these bounds. */
const ABORT_SHARE = 0.05;
const ABORT_MS = { minimum: 200, maximum: 1000 };

/**
 * The policy that meets a budget as well as possible; the default.
 *
 * It starts with the lowest limit, since low limits cost next to nothing, and lets QEMU pass over memory that grows quieter from pass to pass.
 * When a pass does not help any more, or time runs out, it relaxes the limit to what the best pass would have needed, as far as the budget for
 * the pause goes: QEMU then stops at the next boundary that is as good. When the budget does not go that far, it says so at once and takes the
 * escalations in the caller's order: a throttle computed from the measured rates and taken back if it does not help, post-copy at this boundary,
 * and, once patience or the total is used up, a pause at a boundary as good as the best, or an abort.
 *
 * Without `pauseMs` the pause is bound by QEMU's default of 300 ms; `slowdown` bounds the throttle at each moment. With neither a total nor an
 * escalation that ends it, a migration that does not converge goes on for ever.
 */
export const budget: Policy = definePolicy<State>({
  name: 'budget',
  initialState: { isStarted: false, progress: NO_PROGRESS_YET, escalations: NOTHING_TRIED, said: [] },
  settings: budgetSettings,
  decide(view, state) {
    if (view.postCopyActive || view.paused) return { state };
    if (state.isStarted) return goOn(view, state);
    const first = start(view, { ...state, isStarted: true });
    // A first pass may be over before the policy is asked for the first time.
    const next = goOn(view, first.state);
    return {
      state: next.state,
      actions: [...first.actions, ...next.actions],
      notes: [...first.notes, ...next.notes],
    };
  },
});

function goOn(view: View, state: State): Outcome {
  if (isTimeUp(view) && view.escalate.includes('abort')) {
    const reason = `${seconds(view.elapsedMs)} of ${seconds(view.budget.totalMs ?? 0)} are over`;
    return { state, actions: [{ kind: 'abort', reason }], notes: [] };
  }
  if (!view.atPassBoundary || view.linkBytesPerSecond === undefined || view.linkBytesPerSecond <= 0) {
    return { state, actions: [], notes: [] };
  }
  return atBoundary(view, view.linkBytesPerSecond, { ...state, progress: addPass(state.progress, view) });
}

function start(view: View, state: State): Outcome {
  const notes: Note[] = [];
  const { pauseMs } = view.budget;
  if (pauseMs !== undefined && pauseMs <= view.fixedPauseMs) {
    notes.push({
      code: 'pause-budget',
      message: `a stop alone costs ${Math.round(view.fixedPauseMs)} ms, ${pauseMs} ms are allowed`,
    });
  }
  return say(state, [downtimeLimit(STRICT_LIMIT_MS, 'strict at first: low limits cost next to nothing')], notes);
}

function atBoundary(view: View, link: number, state: State): Outcome {
  const dirtyBytes = view.dirtyBytes ?? view.memoryRemainingBytes;
  const { leastDirtyBytes = dirtyBytes, stalledAtMs } = state.progress;
  const allowedMs = Math.max((view.budget.pauseMs ?? DOWNTIME_LIMIT_MS.default) - view.fixedPauseMs, STRICT_LIMIT_MS);
  const bestMs = (leastDirtyBytes / link) * 1000;
  const isLate = isTooSlow(view, (allowedMs / 1000) * link);
  const isStalled = stalledAtMs !== undefined;
  const isTooMuch = bestMs > allowedMs && isHopeless(view);

  if (!isStalled && !isLate && !isTooMuch) {
    // Enough time for the lowest limit, or only for a higher one that is allowed as well.
    if (!isTooSlow(view, (view.downtimeLimitMs / 1000) * link)) return { state, actions: [], notes: [] };
    const reason = `there is time for the passes down to the ${Math.round(allowedMs)} ms allowed, and for no more`;
    return { state, actions: [downtimeLimit(allowedMs, reason)], notes: [] };
  }
  if (bestMs <= allowedMs && !isLate) return { state, actions: relax(view, bestMs, allowedMs), notes: [] };

  const isPauseTooLong = (isStalled || isTooMuch) && bestMs > allowedMs;
  const problem = isPauseTooLong ? tooLong(view, bestMs) : tooLate(view);
  const isLast = isLastBoundary(view, dirtyBytes, link);
  const isSaid = isStalled || isLast;
  const step = escalate(view, state.escalations, {
    problem,
    isCertain: isSaid || isTooMuch,
    isUrgent: isLast || isPatienceOver(view, stalledAtMs),
    isGoodMoment: isLast || dirtyBytes <= leastDirtyBytes * NEAR_BEST,
  });
  const remedy = remedyFor(view, view.budget);
  const note: Note = {
    code: isPauseTooLong ? 'pause-budget' : 'total-budget',
    message: problem,
    ...(remedy === undefined ? {} : { remedy }),
  };
  const next = {
    ...state,
    escalations: step.escalations,
    progress: step.startsAnew ? NO_PROGRESS_YET : state.progress,
  };
  const isHelpless =
    (isStalled || isLate) && view.escalate.every((escalation) => step.escalations.exhausted.includes(escalation));
  const isWaiting = step.actions.length === 0 && bestMs <= allowedMs;
  const relaxed = isWaiting ? relax(view, bestMs, allowedMs) : [];
  const actions = [...step.actions, ...(isHelpless ? makeTheBestOfIt(view, bestMs, allowedMs) : relaxed)];
  return say(next, actions, isSaid || actions.length > 0 ? [note, ...step.notes] : step.notes);
}

/** What the best pass would have needed, and half as much again whenever that did not come back. */
function relax(view: View, bestMs: number, allowedMs: number): Action[] {
  const wantedMs = Math.ceil(bestMs * NEAR_BEST);
  const limitMs = Math.min(wantedMs > view.downtimeLimitMs ? wantedMs : view.downtimeLimitMs * 1.5 + 1, allowedMs);
  if (Math.floor(limitMs) <= view.downtimeLimitMs) return [];
  const reason = `more passes do not help: the best left ${Math.round(bestMs)} ms to send, ${Math.round(allowedMs)} ms are allowed`;
  return [downtimeLimit(limitMs, reason)];
}

/** Nothing else is allowed: all that the budget for the pause gives, and once the total is over, what it takes. */
function makeTheBestOfIt(view: View, bestMs: number, allowedMs: number): Action[] {
  const { totalMs } = view.budget;
  const isOver = totalMs !== undefined && view.elapsedMs >= totalMs;
  const limitMs = isOver ? Math.max(bestMs * NEAR_BEST, view.downtimeLimitMs * 1.5) : allowedMs;
  const reason = isOver ? 'the total is over and nothing else is allowed' : 'nothing else is allowed';
  return limitMs > view.downtimeLimitMs ? [downtimeLimit(Math.ceil(limitMs), reason)] : [];
}

function isTimeUp(view: View): boolean {
  const { totalMs } = view.budget;
  if (totalMs === undefined) return false;
  const reserveMs = Math.min(Math.max(totalMs * ABORT_SHARE, ABORT_MS.minimum), ABORT_MS.maximum);
  return view.elapsedMs >= totalMs - reserveMs;
}

function isTooSlow(view: View, targetBytes: number): boolean {
  const { totalMs } = view.budget;
  return totalMs !== undefined && view.elapsedMs + timeToReachMs(view, targetBytes) + view.fixedPauseMs > totalMs;
}

function isPatienceOver(view: View, stalledAtMs: number | undefined): boolean {
  if (stalledAtMs === undefined) return false;
  const { totalMs } = view.budget;
  return view.elapsedMs - stalledAtMs >= (totalMs === undefined ? PATIENCE_MS : totalMs * PATIENCE_SHARE);
}

/** One more pass, and what is dirty could not be sent within the total any more. */
function isLastBoundary(view: View, dirtyBytes: number, link: number): boolean {
  const { totalMs } = view.budget;
  return totalMs !== undefined && view.elapsedMs + 2 * (dirtyBytes / link) * 1000 + view.fixedPauseMs > totalMs;
}

function tooLong(view: View, bestMs: number): string {
  const { pauseMs = DOWNTIME_LIMIT_MS.default } = view.budget;
  return `no pass left less than ${Math.round(bestMs + view.fixedPauseMs)} ms of pause, ${pauseMs} ms are allowed`;
}

function tooLate(view: View): string {
  const { totalMs = 0 } = view.budget;
  return `at this rate it will not end within ${seconds(totalMs)}, of which ${seconds(view.elapsedMs)} are over`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Each kind of note is said once. */
function say(state: State, actions: readonly Action[], notes: readonly Note[]): Outcome {
  const fresh = notes.filter(({ code }) => !state.said.includes(code));
  return { state: { ...state, said: [...state.said, ...fresh.map(({ code }) => code)] }, actions, notes: fresh };
}
