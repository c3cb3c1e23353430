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
  readonly elapsedMs: number;
  /** For so long the guest would have run by itself to dirty as much. */
  readonly ranMs: number;
  readonly dirtiedBytes: number;
  /** Was left of what was to be sent, and so found once more, as far as the counters tell; what they count too early is missed in the next pass. */
  readonly unsentBytes: number;
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
  return (telling.length > 0 ? telling : passes).map((pass) => ({
    ...windowOf(stretchOf(pass, guest)),
    errorBytes: errorBytesOf(pass),
  }));
}

/** The same with nothing left out, so that what is seen comes at its time: passes that are too short to tell anything are taken together. */
function courseOfPasses(passes: readonly RecordedPass[], guest: Omit<RecordedGuest, 'memoryBytes'>): DirtyWindow[] {
  const stretches: Stretch[] = [];
  let short: Stretch | undefined;
  for (const pass of passes) {
    const stretch = joined(short, stretchOf(pass, guest));
    const isTelling = stretch.elapsedMs >= REFRESH_MS;
    if (isTelling) stretches.push(stretch);
    short = isTelling ? undefined : stretch;
  }
  if (short !== undefined) stretches.push(joined(stretches.pop(), short));
  return stretches.map(windowOf);
}

function stretchOf(pass: RecordedPass, { followsCpu, standstillMs }: Omit<RecordedGuest, 'memoryBytes'>): Stretch {
  const { durationMs, dirtiedBytes, throttle } = pass;
  const share = followsCpu ? Math.max(1 - throttle, 0.01) : 1;
  return {
    elapsedMs: durationMs,
    ranMs: Math.max(durationMs - standstillMs, 1) * share,
    dirtiedBytes,
    unsentBytes: unsentBytesOf(pass),
  };
}

/** QEMU ends a pass with as much unsent as its limit allows, and that is found again. The first pass leaves zero pages out besides. */
function unsentBytesOf({ number, dirtyBytes, sentBytes }: RecordedPass): number {
  return number === 1 ? 0 : dirtyBytes - sentBytes;
}

/** Where something was left unsent: how much is known to within one refresh of the counters, which is anywhere in it. */
function errorBytesOf(pass: RecordedPass): number {
  const { sentBytes, durationMs } = pass;
  return unsentBytesOf(pass) <= 0 ? 0 : ((sentBytes / durationMs) * REFRESH_MS) / Math.sqrt(12);
}

function joined(before: Stretch | undefined, after: Stretch): Stretch {
  if (before === undefined) return after;
  return {
    elapsedMs: before.elapsedMs + after.elapsedMs,
    ranMs: before.ranMs + after.ranMs,
    dirtiedBytes: before.dirtiedBytes + after.dirtiedBytes,
    unsentBytes: before.unsentBytes + after.unsentBytes,
  };
}

function windowOf({ ranMs, dirtiedBytes, unsentBytes }: Stretch): DirtyWindow {
  return { durationMs: ranMs, dirtiedBytes: Math.max(dirtiedBytes - Math.max(unsentBytes, 0), 0) };
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
 * the guest worked throughout. Of the first and the last nobody knows what is on their other side.
 */
function withEdges(segments: readonly Segment[]): readonly Segment[] {
  const rates = segments.map(({ bytesPerSecond }) => bytesPerSecond).sort((a, b) => a - b);
  const [restBytesPerSecond = 0] = rates;
  const middleBytesPerSecond = (restBytesPerSecond + (rates.at(-1) ?? 0)) / 2;
  const working = rates.filter((rate) => rate >= middleBytesPerSecond);
  const workBytesPerSecond = working[Math.floor(working.length / 2)] ?? 0;
  const isWork = ({ bytesPerSecond }: Segment) => bytesPerSecond >= middleBytesPerSecond;
  return segments.flatMap((segment, index) => {
    const [before, after] = [segments[index - 1], segments[index + 1]];
    if (before === undefined || after === undefined) return [segment];
    if (isWork(segment) || isWork(before) === isWork(after)) return [segment];
    const share = (segment.bytesPerSecond - restBytesPerSecond) / (workBytesPerSecond - restBytesPerSecond);
    const { durationMs } = segment;
    const work = { ...segment, durationMs: durationMs * share, bytesPerSecond: workBytesPerSecond };
    const rest = { ...segment, durationMs: durationMs * (1 - share), bytesPerSecond: restBytesPerSecond };
    return (isWork(before) ? [work, rest] : [rest, work]).filter((part) => part.durationMs >= 1);
  });
}
