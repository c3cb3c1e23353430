import { quantile, type Random, seededRandom } from '../statistics.js';
import type { LinkSegment, Scenario, SimulationResult } from './simulation.js';
import { simulate } from './simulator.js';
import type { Workload } from './workload.js';

/** How well each input of a simulation is known: its relative standard deviation, 0 for exactly. */
export interface Spread {
  readonly link: number;
  readonly dirtyRate: number;
  readonly set: number;
  readonly used: number;
  readonly fixedPause: number;
}

export interface EnsembleOptions {
  readonly spread: Spread;
  /** How often it is simulated, each time with other inputs. */
  readonly runs: number;
  readonly seed: number;
}

/** A figure and the interval that holds it nine times out of ten. */
export interface Interval {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/**
 * Simulates a migration many times, each time with inputs drawn as they might really be; a workload that changes begins at any of its
 * moments. The same seed gives the same results. Pure.
 */
export function simulateMany(scenario: Scenario, { spread, runs, seed }: EnsembleOptions): SimulationResult[] {
  const random = seededRandom(seed);
  return Array.from({ length: runs }, () => simulate(vary(scenario, spread, random)));
}

/** The scenario with its inputs drawn anew. */
export function vary(scenario: Scenario, spread: Spread, random: Random): Scenario {
  const {
    link,
    memoryBytes,
    usedBytes = memoryBytes,
    fixedPauseMs = 50,
    postCopyPauseMs = fixedPauseMs,
    workload,
  } = scenario;
  const pauseFactor = factor(spread.fixedPause, random);
  const linkFactor = factor(spread.link, random);
  const scaled = ({ fromMs, bytesPerSecond }: LinkSegment): LinkSegment => ({
    fromMs,
    bytesPerSecond: bytesPerSecond * linkFactor,
  });
  return {
    ...scenario,
    link: typeof link === 'number' ? link * linkFactor : [scaled(link[0]), ...link.slice(1).map(scaled)],
    usedBytes: Math.min(usedBytes * factor(spread.used, random), memoryBytes),
    fixedPauseMs: fixedPauseMs * pauseFactor,
    postCopyPauseMs: postCopyPauseMs * pauseFactor,
    workload: varied(workload, factor(spread.dirtyRate, random), factor(spread.set, random), random),
  };
}

function varied(workload: Workload, rateFactor: number, setFactor: number, random: Random): Workload {
  const { segments } = workload;
  const first = Math.floor(random() * segments.length);
  const rotated = [...segments.slice(first), ...segments.slice(0, first)].map((segment) => ({
    ...segment,
    bytesPerSecond: segment.bytesPerSecond * rateFactor,
    setBytes: segment.setBytes * setFactor,
  }));
  // A rotation has as many segments as there were, one at least.
  return { ...workload, segments: rotated as unknown as Workload['segments'] };
}

/** Log-normal around 1, so that it is never negative and halves as often as it doubles. */
function factor(deviation: number, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(Math.log1p(deviation) * normal);
}

/** The median and the interval from the 5 % to the 95 % quantile. Pure. */
export function intervalOf(values: readonly number[]): Interval {
  return { low: quantile(values, 0.05), expected: quantile(values, 0.5), high: quantile(values, 0.95) };
}
