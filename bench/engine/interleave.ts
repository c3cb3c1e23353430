import type { Random } from '../statistics.js';

/**
 * The order in which sides are measured beside each other: A B B A, or A B C C B A, so that what drifts slowly falls on all alike. Which one
 * begins is drawn anew for each two rounds.
 */
export function interleave<Side>(sides: readonly Side[], rounds: number, random: Random): Side[][] {
  const order: Side[][] = [];
  while (order.length < rounds) {
    const round = shuffle(sides, random);
    order.push(round, round.toReversed());
  }
  return order.slice(0, rounds);
}

/** By Fisher and Yates: each order is as likely as any other. */
function shuffle<Side>(sides: readonly Side[], random: Random): Side[] {
  const left = [...sides];
  return sides.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}
