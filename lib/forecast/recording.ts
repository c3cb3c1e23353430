import type { Pass } from '../policy/index.js';
import { type DirtyWindow, fitWorkingSet, workloadFrom } from './working-set.js';
import type { Workload } from './workload.js';

/** A pass of a real migration, and the throttle under which the guest ran in it. */
export interface RecordedPass extends Pass {
  readonly throttle: number;
  /** What went over in it. */
  readonly sentBytes: number;
}

export interface RecordedGuest {
  readonly memoryBytes: number;
  /** Whether a throttle slows the guest down. */
  readonly followsCpu: boolean;
  /** How long it writes nothing at each sync, in milliseconds: `syncMs` and `stallMs` of a scenario. */
  readonly standstillMs: number;
}

/** Passes shorter than this say little: QEMU's counters are refreshed every 100 ms. */
const TELLING_MS = 100;

/** The windows in which the passes of a migration show what the guest dirties by itself: each counts all that became dirty in it. Pure. */
export function windowsOfPasses(
  passes: readonly RecordedPass[],
  guest: Omit<RecordedGuest, 'memoryBytes'>,
): DirtyWindow[] {
  const { followsCpu, standstillMs } = guest;
  const telling = passes.filter(({ durationMs }) => durationMs >= TELLING_MS);
  return (telling.length > 0 ? telling : passes).map(
    ({ durationMs, dirtyBytes, sentBytes, dirtiedBytes, number, throttle }): DirtyWindow => {
      // QEMU ends a pass with as much unsent as its limit allows, and that is found again. The first pass leaves zero pages out besides.
      const unsentBytes = number === 1 ? 0 : Math.max(dirtyBytes - sentBytes, 0);
      // As long as the guest would have needed for it by itself.
      const share = followsCpu ? Math.max(1 - throttle, 0.01) : 1;
      return { durationMs: (durationMs - standstillMs) * share, dirtiedBytes: Math.max(dirtiedBytes - unsentBytes, 0) };
    },
  );
}

/**
 * The workload that the passes of a migration show, so that the migration can be simulated again, under the same policy or another. Pure.
 * What came after the last pass is not known; it is taken to have gone on.
 */
export function workloadOfPasses(passes: readonly RecordedPass[], guest: RecordedGuest): Workload {
  const { memoryBytes, followsCpu } = guest;
  const windows = windowsOfPasses(passes, guest);
  const workload = workloadFrom(windows, fitWorkingSet(windows, memoryBytes), followsCpu);
  const last = workload.segments.length - 1;
  const [first, ...rest] = workload.segments.map((segment, index) =>
    index === last ? { ...segment, durationMs: Number.POSITIVE_INFINITY } : segment,
  );
  return first === undefined ? workload : { ...workload, segments: [first, ...rest] };
}
