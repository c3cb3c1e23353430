import type { Budget } from '../policy/index.js';

/**
 * What becomes of a migration.
 *
 * - `converges`: by passes alone;
 * - `converges-throttled`: with so much CPU time taken from the guest;
 * - `only-post-copy`: the rest has to be fetched from the destination;
 * - `not-within-budget`: it does not end, is given up, or costs more than the budget allows, a suspension of the guest included.
 */
export type VerdictKind = 'converges' | 'converges-throttled' | 'only-post-copy' | 'not-within-budget';

/** How a migration ended, whether it was simulated or took place. */
export interface Ending {
  readonly isCompleted: boolean;
  readonly isPostCopy: boolean;
  /** The policy suspended the guest to get it over. */
  readonly isSuspended: boolean;
  /** The largest fraction of CPU time that was taken, 0..1. */
  readonly throttle: number;
  readonly pauseMs: number;
  readonly totalMs: number;
}

/** The verdict on an ending. Pure. */
export function verdictOf(ending: Ending, budget: Budget): VerdictKind {
  const { isCompleted, isPostCopy, isSuspended, throttle, pauseMs, totalMs } = ending;
  const isOver = (value: number, limit: number | undefined): boolean => limit !== undefined && value > limit;
  if (!isCompleted || isOver(pauseMs, budget.pauseMs) || isOver(totalMs, budget.totalMs)) return 'not-within-budget';
  // A guest that stands still until all is sent has not converged: only a budget for the pause can say that this is bearable.
  if (isSuspended && budget.pauseMs === undefined) return 'not-within-budget';
  if (isOver(throttle, budget.slowdown)) return 'not-within-budget';
  if (isPostCopy) return 'only-post-copy';
  return throttle > 0 ? 'converges-throttled' : 'converges';
}
