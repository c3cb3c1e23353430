import type { Random } from '../statistics.js';

export type Turn = 'subject' | 'reference';

/**
 * The order in which pairs are measured: A B B A, so that what drifts slowly falls on both alike. Which of the two begins is drawn
 * anew for each four.
 */
export function interleave(pairs: number, random: Random): [Turn, Turn][] {
  const order: [Turn, Turn][] = [];
  while (order.length < pairs) {
    const first: [Turn, Turn] = random() < 0.5 ? ['subject', 'reference'] : ['reference', 'subject'];
    order.push(first, [first[1], first[0]]);
  }
  return order.slice(0, pairs);
}
