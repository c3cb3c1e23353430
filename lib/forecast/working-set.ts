import { dirtyAfter } from './model.js';
import type { DirtyRate, Segment, Workload } from './workload.js';

/** What was found changed after a while. */
export interface DirtyWindow {
  readonly durationMs: number;
  /** Distinct memory that changed in it: what is written twice counts once. */
  readonly dirtiedBytes: number;
  /** The pages that were looked at, of which the rest was inferred; undefined where all were. */
  readonly sampledPages?: number;
  /** How far off the count is apart from that, as a standard deviation in bytes; default not at all. */
  readonly errorBytes?: number;
}

/** The writable working set, as far as windows show it. */
export interface WorkingSet extends DirtyRate {
  /** Relative standard deviations. */
  readonly rateDeviation: number;
  readonly setDeviation: number;
  /** Even the shortest window found the whole set changed: it is rewritten at least so fast, and maybe much faster. */
  readonly isSaturated: boolean;
  /** The windows differ by more than chance: the rate changes with time. */
  readonly isUneven: boolean;
}

const MEBIBYTE = 2 ** 20;
/** The rates that are thought possible, in bytes per second: a guest that runs writes something, though the windows may not see it. */
const RATES = logarithmic(256 * 1024, 8e9, 240);
const SET_STEPS = 80;
/** What a guest's own unevenness adds to the error of a window of a second, relative: the shorter, the more; never less than the least. */
const UNEVENNESS = { ofASecond: 0.08, least: 0.05 };
/** QEMU gives whole MiB per second. */
const ROUNDING_BYTES_PER_SECOND = MEBIBYTE / Math.sqrt(12);
/** Mean square of the windows' errors, in units of what chance explains, above which it does not explain them. */
const TOO_UNEVEN = 4;
const ENOUGH_WINDOWS = 4;
/** What is not known at all is taken to be known to a factor of two, lest forecasts say nothing. */
const MOST_DEVIATION = 1;
/** A window that found so much of the set has found all of it, within what can be told. */
const SATURATED_SHARE = 0.9;

/**
 * The rate and the set that explain the windows best, and how well they are known: the mean over all pairs, each weighted by how likely it
 * makes what was seen. Windows of different lengths tell a set that saturates from one that is still growing; where they do not, one of
 * both stays open, and its deviation says so. Pure.
 */
export function fitWorkingSet(windows: readonly DirtyWindow[], memoryBytes: number): WorkingSet {
  const sets = logarithmic(MEBIBYTE, Math.max(memoryBytes, 2 * MEBIBYTE), SET_STEPS);
  const pairs = sets.flatMap((setBytes) => RATES.map((bytesPerSecond): DirtyRate => ({ bytesPerSecond, setBytes })));
  const misfits = Float64Array.from(pairs, (rate) => misfit(rate, windows, memoryBytes) + prior(rate));
  let best = { rate: { bytesPerSecond: 0, setBytes: 0 }, misfit: Number.POSITIVE_INFINITY };
  for (const [index, rate] of pairs.entries()) {
    const found = misfits[index] ?? Number.POSITIVE_INFINITY;
    if (found < best.misfit) best = { rate, misfit: found };
  }
  // The weights of all pairs with a rate, and of all with a set.
  const rateWeights = new Float64Array(RATES.length);
  const setWeights = new Float64Array(sets.length);
  for (const [index, found] of misfits.entries()) {
    const weight = Math.exp((best.misfit - found) / 2);
    const [ofRate, ofSet] = [index % RATES.length, Math.floor(index / RATES.length)];
    rateWeights[ofRate] = (rateWeights[ofRate] ?? 0) + weight;
    setWeights[ofSet] = (setWeights[ofSet] ?? 0) + weight;
  }
  const rate = moments(RATES, rateWeights);
  const set = moments(sets, setWeights);
  const shortestMs = Math.min(...windows.map(({ durationMs }) => durationMs));
  return {
    bytesPerSecond: rate.mean,
    setBytes: set.mean,
    rateDeviation: rate.deviation,
    setDeviation: set.deviation,
    isSaturated:
      windows.length > 0 &&
      dirtyAfter(0, best.rate, 'sweep', shortestMs) >= SATURATED_SHARE * best.rate.setBytes &&
      best.rate.setBytes > MEBIBYTE,
    isUneven: windows.length >= ENOUGH_WINDOWS && scatter(best.rate, windows, memoryBytes) > TOO_UNEVEN,
  };
}

/** Where only a lower bound is seen, a rate near it is likelier than one far above, and a set is as likely to be of any size. */
function prior({ bytesPerSecond, setBytes }: DirtyRate): number {
  return 2 * Math.log(bytesPerSecond / setBytes);
}

/**
 * The windows that were seen now and those of an earlier time, unless no one guest explains both: it has changed its ways since, and only what
 * is seen now counts. Pure.
 */
export function explainBoth(
  now: readonly DirtyWindow[],
  earlier: readonly DirtyWindow[],
  memoryBytes: number,
): { readonly windows: readonly DirtyWindow[]; readonly set: WorkingSet } {
  const alone = fitWorkingSet(now, memoryBytes);
  const all = [...now, ...earlier];
  const both = fitWorkingSet(all, memoryBytes);
  const hasChanged = !alone.isUneven && scatter(both, now, memoryBytes) > TOO_UNEVEN;
  return hasChanged ? { windows: now, set: alone } : { windows: all, set: both };
}

/** The workload that the windows show: the same all the time, or the windows one after the other where they differ by more than chance. */
export function workloadFrom(windows: readonly DirtyWindow[], set: WorkingSet, followsCpu: boolean): Workload {
  const largestBytes = Math.max(set.setBytes, ...windows.map(({ dirtiedBytes }) => dirtiedBytes));
  const [first, ...rest] = set.isUneven ? windows.map((window) => segmentOf(window, set, largestBytes)) : [];
  const { bytesPerSecond, setBytes } = set;
  return {
    segments: first ? [first, ...rest] : [{ durationMs: Number.POSITIVE_INFINITY, bytesPerSecond, setBytes }],
    backgroundBytesPerSecond: 0,
    followsCpu,
    pattern: 'sweep',
  };
}

/** A window of a guest whose rate changes; one that found the whole set tells no rate of its own. */
function segmentOf({ durationMs, dirtiedBytes }: DirtyWindow, set: WorkingSet, setBytes: number): Segment {
  const seen = (dirtiedBytes / durationMs) * 1000;
  const bytesPerSecond = dirtiedBytes >= SATURATED_SHARE * setBytes ? Math.max(seen, set.bytesPerSecond) : seen;
  return { durationMs, bytesPerSecond, setBytes };
}

/** How badly a rate explains the windows: twice the negative logarithm of the likelihood. */
function misfit(rate: DirtyRate, windows: readonly DirtyWindow[], memoryBytes: number): number {
  let sum = 0;
  for (const window of windows) {
    const { expectedBytes, variance } = expectation(rate, window, memoryBytes);
    sum += (window.dirtiedBytes - expectedBytes) ** 2 / variance + Math.log(variance);
  }
  return sum;
}

/** The mean square of the windows' errors, in units of what chance explains. */
function scatter(rate: DirtyRate, windows: readonly DirtyWindow[], memoryBytes: number): number {
  const errors = windows.map((window) => {
    const { expectedBytes, variance } = expectation(rate, window, memoryBytes);
    return (window.dirtiedBytes - expectedBytes) ** 2 / variance;
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** What a window should find, and the variance of that: pages are drawn, figures are rounded, and guests are uneven. */
function expectation(rate: DirtyRate, window: DirtyWindow, memoryBytes: number) {
  const { durationMs, sampledPages, errorBytes = 0 } = window;
  const expectedBytes = dirtyAfter(0, rate, 'sweep', durationMs);
  const share = Math.min(expectedBytes / memoryBytes, 1);
  const sampling = sampledPages === undefined ? 0 : (Math.max(share, 1 / sampledPages) * (1 - share)) / sampledPages;
  const rounding = (ROUNDING_BYTES_PER_SECOND * durationMs) / 1000;
  const counting = rounding ** 2 + errorBytes ** 2;
  const unevenness = Math.max(UNEVENNESS.ofASecond * Math.sqrt(1000 / Math.max(durationMs, 1)), UNEVENNESS.least);
  return { expectedBytes, variance: memoryBytes ** 2 * sampling + counting + (unevenness * expectedBytes) ** 2 };
}

/** Mean and deviation of the logarithms. */
function moments(values: readonly number[], weights: Float64Array): { mean: number; deviation: number } {
  let total = 0;
  let sum = 0;
  let squares = 0;
  values.forEach((value, index) => {
    const weight = weights[index] ?? 0;
    const logarithm = Math.log(value);
    total += weight;
    sum += weight * logarithm;
    squares += weight * logarithm ** 2;
  });
  const mean = sum / total;
  const deviation = Math.expm1(Math.sqrt(Math.max(squares / total - mean ** 2, 0)));
  return { mean: Math.exp(mean), deviation: Math.min(deviation, MOST_DEVIATION) };
}

function logarithmic(from: number, to: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => from * (to / from) ** (step / (steps - 1)));
}
