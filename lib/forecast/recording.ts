import type { Pass } from '../policy/index.js';
import { type DirtyWindow, fitWorkingSet, HOUSEKEEPING_SHARE, workloadFrom } from './working-set.js';
import type { Workload } from './workload.js';

/** A pass of a real migration, and the throttle under which the guest ran in it. */
export interface RecordedPass extends Pass {
  readonly throttle: number;
  /** What went over in it. */
  readonly sentBytes: number;
}

/** Passes shorter than this say little: QEMU's counters are refreshed every 100 ms. */
const TELLING_MS = 100;

/**
 * The workload that the passes of a migration show, so that the migration can be simulated again, under the same policy or another: each
 * pass is a window in which all that became dirty was counted. Pure.
 *
 * @param followsCpu - whether a throttle slows the guest down
 */
export function workloadOfPasses(passes: readonly RecordedPass[], memoryBytes: number, followsCpu: boolean): Workload {
  const telling = passes.filter(({ durationMs }) => durationMs >= TELLING_MS);
  const windows = (telling.length > 0 ? telling : passes).map(
    ({ durationMs, dirtyBytes, sentBytes, dirtiedBytes, number, throttle }): DirtyWindow => {
      // QEMU ends a pass with as much unsent as its limit allows, and that is found again. The first pass leaves zero pages out besides.
      const unsentBytes = number === 1 ? 0 : Math.max(dirtyBytes - sentBytes, 0);
      // As long as the guest would have needed for it by itself.
      const share = followsCpu ? Math.max(1 - throttle / (1 - HOUSEKEEPING_SHARE), 0.01) : 1;
      return { durationMs: durationMs * share, dirtiedBytes: Math.max(dirtiedBytes - unsentBytes, 0) };
    },
  );
  return workloadFrom(windows, fitWorkingSet(windows, memoryBytes), followsCpu);
}
