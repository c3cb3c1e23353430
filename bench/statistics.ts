/** Statistics of measurements. Pure: chance comes in as an argument, so that the same seed gives the same intervals. */

import { median, quantile, type Random } from '../lib/statistics.js';

export { median, quantile, type Random, seededRandom } from '../lib/statistics.js';

/** An estimate with its 95 % interval, unless another level was asked for. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly random: Random;
  /** How often the samples are drawn anew. @defaultValue 2000 */
  readonly resamples?: number;
  /** The part of the resamples, 0..1, that the interval holds. @defaultValue 0.95 */
  readonly level?: number;
}

/** The standard normal quantile that belongs to a 95 % interval. */
const NORMAL_95 = 1.959964;

/**
 * A statistic of samples and the interval in which it lies when the samples are drawn anew from themselves (percentile bootstrap). A
 * resample of which the statistic is not a number counts for nothing.
 */
export function bootstrap<Sample>(
  samples: readonly Sample[],
  statistic: (samples: readonly Sample[]) => number,
  { random, resamples = 2000, level = 0.95 }: BootstrapOptions,
): Estimate {
  const drawn: number[] = [];
  for (let round = 0; round < resamples; round += 1) {
    const value = statistic(drawAnew(samples, random));
    if (!Number.isNaN(value)) drawn.push(value);
  }
  const tail = (1 - level) / 2;
  return { value: statistic(samples), low: quantile(drawn, tail), high: quantile(drawn, 1 - tail) };
}

/** As many samples as there are, each drawn from all of them. */
function drawAnew<Sample>(samples: readonly Sample[], random: Random): Sample[] {
  return samples.flatMap(() => {
    const index = Math.floor(random() * samples.length);
    return samples.slice(index, index + 1);
  });
}

/** Two measurements that were taken beside each other: what disturbed the one is likely to have disturbed the other. */
export interface Pair {
  readonly subject: number;
  readonly reference: number;
}

/** How many times the reference the subject is: the median of the pairs' ratios. */
export function pairedRatio(pairs: readonly Pair[], options: BootstrapOptions): Estimate {
  const ratios = pairs.map(({ subject, reference }) => subject / reference);
  return bootstrap(ratios, median, options);
}

/**
 * A part of `total` with its 95 % interval by Wilson's score, which says something of none and of all as well, where a bootstrap would
 * claim certainty.
 */
export function proportion(count: number, total: number): Estimate {
  const share = count / total;
  const z2 = NORMAL_95 ** 2;
  const centre = (share + z2 / (2 * total)) / (1 + z2 / total);
  const spread = (NORMAL_95 / (1 + z2 / total)) * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total ** 2));
  return { value: share, low: Math.max(0, centre - spread), high: Math.min(1, centre + spread) };
}

/** The standard normal quantile of a power of 80 %. */
const NORMAL_80 = 0.841621;

/**
 * The smallest ratio, as its distance from 1, that a comparison would have told from 1 in four cases of five, given how wide its interval
 * came out. Less may be there and not be seen.
 *
 * @param ratio - a ratio with its 95 % interval, all above 0
 */
export function smallestEffect({ low, high }: Pick<Estimate, 'low' | 'high'>): number {
  const standardError = Math.log(high / low) / (2 * NORMAL_95);
  return Math.exp((NORMAL_95 + NORMAL_80) * standardError) - 1;
}

/** How many times the reference the subject is, of samples that were not taken beside each other: the ratio of the medians. */
export function unpairedRatio(
  subject: readonly number[],
  reference: readonly number[],
  { random, resamples = 2000, level = 0.95 }: BootstrapOptions,
): Estimate {
  const drawn = Array.from(
    { length: resamples },
    () => median(drawAnew(subject, random)) / median(drawAnew(reference, random)),
  );
  const tail = (1 - level) / 2;
  return { value: median(subject) / median(reference), low: quantile(drawn, tail), high: quantile(drawn, 1 - tail) };
}
