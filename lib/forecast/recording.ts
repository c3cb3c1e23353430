import type { Pass } from '../policy/index.js';
import { type DirtyWindow, fitWorkingSet, workloadFrom } from './working-set.js';
import type { Segment, Workload } from './workload.js';

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

/** QEMU's counters are refreshed that often, in milliseconds: shorter times say little. */
const REFRESH_MS = 100;

/** What was seen in a pass, or in several that followed one another. */
interface Stretch {
  readonly durationMs: number;
  readonly dirtiedBytes: number;
  /** Was left of what was to be sent, and so found once more; as far as the counters tell. */
  readonly unsentBytes: number;
  /** How far off that is, as a variance in bytes². */
  readonly unsentVariance: number;
}

/**
 * The windows in which the passes of a migration show what the guest dirties by itself: each counts all that became dirty in it. What passes
 * shorter than QEMU's refresh show is left out where there are others: the stop and the syncs around them weigh too much in them. Pure.
 */
export function windowsOfPasses(
  passes: readonly RecordedPass[],
  guest: Omit<RecordedGuest, 'memoryBytes'>,
): DirtyWindow[] {
  const telling = passes.filter(({ durationMs }) => durationMs >= REFRESH_MS);
  return (telling.length > 0 ? telling : passes).map((pass) => windowOf(stretchOf(pass, guest)));
}

/** The same with nothing left out, so that what is seen comes at its time: passes that are too short to tell anything are taken together. */
function courseOfPasses(passes: readonly RecordedPass[], guest: Omit<RecordedGuest, 'memoryBytes'>): DirtyWindow[] {
  const stretches: Stretch[] = [];
  let short: Stretch | undefined;
  for (const pass of passes) {
    const stretch = joined(short, stretchOf(pass, guest));
    const isTelling = stretch.durationMs >= REFRESH_MS;
    if (isTelling) stretches.push(stretch);
    short = isTelling ? undefined : stretch;
  }
  if (short !== undefined) stretches.push(joined(stretches.pop(), short));
  return stretches.map(windowOf);
}

function stretchOf(
  { durationMs, dirtyBytes, sentBytes, dirtiedBytes, number, throttle }: RecordedPass,
  { followsCpu, standstillMs }: Omit<RecordedGuest, 'memoryBytes'>,
): Stretch {
  // As long as the guest would have needed for it by itself.
  const share = followsCpu ? Math.max(1 - throttle, 0.01) : 1;
  return {
    durationMs: Math.max(durationMs - standstillMs, 0) * share,
    dirtiedBytes,
    // QEMU ends a pass with as much unsent as its limit allows. The first pass leaves zero pages out besides.
    ...(number === 1
      ? { unsentBytes: 0, unsentVariance: 0 }
      : { unsentBytes: dirtyBytes - sentBytes, unsentVariance: ((sentBytes / durationMs) * REFRESH_MS) ** 2 / 12 }),
  };
}

function joined(before: Stretch | undefined, after: Stretch): Stretch {
  if (before === undefined) return after;
  return {
    durationMs: before.durationMs + after.durationMs,
    dirtiedBytes: before.dirtiedBytes + after.dirtiedBytes,
    unsentBytes: before.unsentBytes + after.unsentBytes,
    // What one of them counts too much the next one counts too little.
    unsentVariance: Math.max(before.unsentVariance, after.unsentVariance),
  };
}

function windowOf({ durationMs, dirtiedBytes, unsentBytes, unsentVariance }: Stretch): DirtyWindow {
  const isCounted = unsentBytes <= 0;
  return {
    durationMs,
    dirtiedBytes: Math.max(dirtiedBytes - (isCounted ? 0 : unsentBytes), 0),
    errorBytes: isCounted ? 0 : Math.sqrt(unsentVariance),
  };
}

/**
 * The workload that the passes of a migration show, so that the migration can be simulated again, under the same policy or another. Pure.
 * What came after the last pass is not known; it is taken to have gone on.
 */
export function workloadOfPasses(passes: readonly RecordedPass[], guest: RecordedGuest): Workload {
  const { memoryBytes, followsCpu } = guest;
  const set = fitWorkingSet(windowsOfPasses(passes, guest), memoryBytes);
  const workload = workloadFrom(courseOfPasses(passes, guest), set, followsCpu);
  const segments = withEdges(workload.segments);
  const last = segments.length - 1;
  const [first, ...rest] = segments.map((segment, index) =>
    index === last ? { ...segment, durationMs: Number.POSITIVE_INFINITY } : segment,
  );
  return first === undefined ? workload : { ...workload, segments: [first, ...rest] };
}

/**
 * A guest that goes from work to rest, or back, in the middle of a pass: what was seen over all of it is put where it was, beside the pass in which
 * the guest worked throughout.
 */
function withEdges(segments: readonly Segment[]): readonly Segment[] {
  const rates = segments.map(({ bytesPerSecond }) => bytesPerSecond).sort((a, b) => a - b);
  const restBytes = rates[0] ?? 0;
  const middle = (restBytes + (rates.at(-1) ?? 0)) / 2;
  const working = rates.filter((rate) => rate >= middle);
  const workBytes = working[Math.floor(working.length / 2)] ?? 0;
  const isWork = (segment: Segment | undefined) => (segment?.bytesPerSecond ?? 0) >= middle;
  return segments.flatMap((segment, index) => {
    const [before, after] = [isWork(segments[index - 1]), isWork(segments[index + 1])];
    if (isWork(segment) || before === after) return [segment];
    const share = (segment.bytesPerSecond - restBytes) / (workBytes - restBytes);
    const work = { ...segment, durationMs: segment.durationMs * share, bytesPerSecond: workBytes };
    const rest = { ...segment, durationMs: segment.durationMs * (1 - share), bytesPerSecond: restBytes };
    return (before ? [work, rest] : [rest, work]).filter(({ durationMs }) => durationMs >= 1);
  });
}
