import type { Actual } from '../forecast/index.js';
import type { Action } from '../policy/index.js';
import type { MigrationResult } from './result.js';

/**
 * What became of a migration, as a forecast is held against it. Pure.
 *
 * @param throttle - the largest share of CPU time that was taken in any of its samples, 0..1
 */
export function actualOf(
  {
    outcome,
    decisions,
    pause,
    totalMs,
    passes,
    sentBytes,
  }: Pick<MigrationResult, 'outcome' | 'decisions' | 'pause' | 'totalMs' | 'passes' | 'sentBytes'>,
  throttle: number,
): Actual {
  const wasDone = (kind: Action['kind']) =>
    decisions.some(({ action, refusal }) => action.kind === kind && refusal === undefined);
  return {
    ...{ isCompleted: outcome === 'completed', isPostCopy: wasDone('post-copy'), isSuspended: wasDone('pause') },
    ...{ throttle, totalMs, passes, sentBytes, pauseMs: pause.observedMs },
  };
}
