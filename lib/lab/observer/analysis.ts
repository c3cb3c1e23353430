import { beatsAround, longestSilence } from '../../silence.js';
import type { Beat } from './beat.js';

/** The part of a guest's beats that is looked at. Beats before and after it say what is normal. */
export interface AnalysisWindow {
  /** On the clock of `process.hrtime.bigint()`. */
  fromNs: bigint;
  toNs: bigint;
  /** The normal time between two beats. */
  periodNs: number;
}

/** What beats say about a window of time, as seen from outside the guest. */
export interface HeartbeatAnalysis {
  /** The blackout: the longest silence, less the normal period. */
  outsideMs: number;
  /** From the last beat before that silence to the first one after it. At the edge of what was received it is cut there. */
  longestGap: { fromNs: bigint; toNs: bigint };
  /** Beats in the window. */
  beats: number;
  /** Sent, but never received: holes in the sequence from the last beat before the window to the first one after it. */
  beatsLost: number;
  /** Received after a later one. */
  beatsReordered: number;
  /** Received twice, or sent twice: a guest that runs on two hosts does that. */
  beatsDuplicated: number;
  /** The most that any beat reports: pages since the guest's start that were not what it had written. */
  badPages: number;
  /** Whether the guest's own clock went back from one beat to the next. */
  clockWentBack: boolean;
  /** Pages a second by the observer's clock; undefined where there are fewer than two beats. */
  workRatePerSecond: { before: number | undefined; during: number | undefined; after: number | undefined };
  /** Pages that the guest would have done in the window at its rate before it, but did not. Never negative. */
  lostWork: number | undefined;
  /** The part of the work, 0..1, that was lost outside the longest gap. */
  slowdown: number | undefined;
  /** How even the beats came before the window: a blackout is known no better than this. */
  jitterBefore: Jitter | undefined;
}

/** The distribution of the time between two beats. */
export interface Jitter {
  beats: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/**
 * Says what heartbeats tell about a window of time. Pure: everything it needs is in its arguments.
 *
 * @param beats - in the order of their arrival; some from before the window are needed to know what is normal
 */
export function analyseHeartbeats(beats: readonly Beat[], window: AnalysisWindow): HeartbeatAnalysis {
  const { fromNs, toNs, periodNs } = window;
  const before = beats.filter((beat) => beat.arrivalNs < fromNs);
  const during = beats.filter((beat) => beat.arrivalNs >= fromNs && beat.arrivalNs <= toNs);
  const after = beats.filter((beat) => beat.arrivalNs > toNs);
  const around = beatsAround(beats, window);
  const longestGap = longestSilence(around, window);
  const gapNs = Number(longestGap.toNs - longestGap.fromNs);
  return {
    outsideMs: Math.max(0, (gapNs - periodNs) / 1e6),
    longestGap,
    beats: during.length,
    ...countSequence(around),
    badPages: beats.reduce((most, beat) => Math.max(most, beat.badPages), 0),
    clockWentBack: clockWentBack(beats),
    workRatePerSecond: { before: workRate(before), during: workRate(around), after: workRate(after) },
    ...losses(before, around, gapNs - periodNs),
    jitterBefore: jitter(before),
  };
}

function countSequence(around: readonly Beat[]): {
  beatsLost: number;
  beatsReordered: number;
  beatsDuplicated: number;
} {
  const seen = new Set<number>();
  let beatsReordered = 0;
  let beatsDuplicated = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const { sequence } of around) {
    if (seen.has(sequence)) beatsDuplicated += 1;
    else if (sequence < most) beatsReordered += 1;
    seen.add(sequence);
    least = Math.min(least, sequence);
    most = Math.max(most, sequence);
  }
  return { beatsLost: seen.size === 0 ? 0 : most - least + 1 - seen.size, beatsReordered, beatsDuplicated };
}

function clockWentBack(beats: readonly Beat[]): boolean {
  const inOrder = [...beats].sort((a, b) => a.sequence - b.sequence);
  return inOrder.some((beat, index) => {
    const next = inOrder[index + 1];
    return next !== undefined && next.sequence > beat.sequence && next.guestNs < beat.guestNs;
  });
}

function workRate(beats: readonly Beat[]): number | undefined {
  const span = spanOf(beats);
  return span === undefined ? undefined : span.pages / (span.ns / 1e9);
}

function spanOf(beats: readonly Beat[]): { pages: number; ns: number } | undefined {
  const first = beats[0];
  const last = beats.at(-1);
  if (first === undefined || last === undefined || last.arrivalNs === first.arrivalNs) return undefined;
  return { pages: last.workPages - first.workPages, ns: Number(last.arrivalNs - first.arrivalNs) };
}

function losses(
  before: readonly Beat[],
  around: readonly Beat[],
  blackoutNs: number,
): Pick<HeartbeatAnalysis, 'lostWork' | 'slowdown'> {
  const rate = workRate(before);
  const span = spanOf(around);
  if (rate === undefined || span === undefined || rate <= 0) return { lostWork: undefined, slowdown: undefined };
  const expected = (rate * span.ns) / 1e9;
  const expectedOutsideGap = (rate * Math.max(0, span.ns - Math.max(0, blackoutNs))) / 1e9;
  return {
    lostWork: Math.max(0, expected - span.pages),
    slowdown: expectedOutsideGap === 0 ? undefined : Math.max(0, 1 - span.pages / expectedOutsideGap),
  };
}

function jitter(beats: readonly Beat[]): Jitter | undefined {
  const gaps = beats
    .flatMap((beat, index) => {
      const previous = beats[index - 1];
      return previous === undefined ? [] : [Number(beat.arrivalNs - previous.arrivalNs) / 1e6];
    })
    .sort((a, b) => a - b);
  const at = (fraction: number) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * fraction))];
  const [p50Ms, p99Ms, maxMs] = [at(0.5), at(0.99), at(1)];
  if (p50Ms === undefined || p99Ms === undefined || maxMs === undefined) return undefined;
  return { beats: beats.length, p50Ms, p99Ms, maxMs };
}
