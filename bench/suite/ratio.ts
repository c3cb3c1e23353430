import { type Estimate, type Pair, pairedRatio, type Random, smallestEffect } from '../statistics.js';

/** A median of the ratios of pairs, with an interval. */
export interface Ratio extends Estimate {
  readonly pairs: number;
  /** How often, 0..1, such an interval holds the truth: 0.95, or less where there are too few pairs for that. */
  readonly level: number;
  /** Distance from 1 that would have been seen four times of five; null where there are too few pairs to say. */
  readonly smallestEffect: number | null;
}

/** With fewer pairs resampling is too sure of itself: from the least to the most is an interval of known level then. */
const FEWEST_TO_RESAMPLE = 8;

/** An interval that holds the truth less often than this says nothing: four pairs it takes at least. */
const LEAST_LEVEL = 0.85;

/** The ratio of pairs; undefined of none. Pure but for chance, which comes in as an argument. */
export function ratioOf(pairs: readonly Pair[], random: Random): Ratio | undefined {
  if (pairs.length === 0) return undefined;
  const estimate = pairedRatio(pairs, { random });
  if (pairs.length >= FEWEST_TO_RESAMPLE) {
    return { ...estimate, pairs: pairs.length, level: 0.95, smallestEffect: smallestEffect(estimate) };
  }
  const ratios = pairs.map(({ subject, reference }) => subject / reference);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  // All on one side of the true median: as likely as so many coins that fall alike.
  const level = 1 - 2 ** (1 - pairs.length);
  const least = level >= LEAST_LEVEL ? smallestEffect({ low, high }) : null;
  return { value: estimate.value, low, high, pairs: pairs.length, level, smallestEffect: least };
}

/** Whether there are pairs enough to say anything. */
export function isEnough({ level }: Ratio): boolean {
  return level >= LEAST_LEVEL;
}

/** Whether a difference was seen. */
export function isDifferent(ratio: Ratio): boolean {
  return isEnough(ratio) && (ratio.low > 1 || ratio.high < 1);
}
