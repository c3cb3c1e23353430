import { MAX_THROTTLE } from './action.js';
import type { Note, Settings } from './policy.js';
import { throttleNeeded, throttleWanted } from './throttle.js';
import type { Situation } from './view.js';

/** The limit to begin with, in milliseconds: libvirt's lowest. */
export const STRICT_LIMIT_MS = 1;

/** QEMU's own first throttle and step, for when nothing is known of the rates. */
const GROPING = { initial: 0.2, increment: 0.1 };
/** Where the throttle is bounded, QEMU must not overshoot a computed one: its smallest step. */
const SMALLEST_INCREMENT = 0.01;

/**
 * What a link is taken for that has not been measured yet, in bytes per second: 1 Gbit/s as TCP carries it, the slowest in use. On a quicker one
 * QEMU throttles only what dirties more than half of it (throttle-trigger-threshold); for such a guest it is more than is needed, and ends sooner.
 */
const UNKNOWN_LINK_BYTES_PER_SECOND = 117e6;

/** How a migration under a budget is started: only what was allowed is made possible, and the throttle is computed where the rates are known. */
export function budgetSettings(situation: Situation): Settings {
  const { escalate } = situation;
  const base = { downtimeLimitMs: STRICT_LIMIT_MS, softLanding: true, postCopy: escalate.includes('post-copy') };
  if (!escalate.includes('throttle')) return { ...base, notes: [] };
  const { needed, initial } = firstThrottle(situation);
  if (needed === 0) return { ...base, notes: [] };
  const { slowdown = MAX_THROTTLE } = situation.budget;
  if (needed > slowdown) return { ...base, notes: [unbounded(needed, slowdown)] };
  const increment = situation.budget.slowdown === undefined ? GROPING.increment : SMALLEST_INCREMENT;
  return { ...base, autoConverge: { initial: Math.min(initial, slowdown), increment }, notes: [] };
}

/** The least throttle to begin with, as far as that is known, and the one that ends the migration soonest. */
function firstThrottle({ linkBytesPerSecond: link, dirtiedBytesPerSecond: dirtied, budget }: Situation) {
  const { initial } = GROPING;
  if (dirtied === undefined) return { needed: initial, initial };
  const wanted = throttleWanted(dirtied, link ?? UNKNOWN_LINK_BYTES_PER_SECOND, 0, budget.pauseMs);
  return link === undefined
    ? { needed: initial, initial: Math.max(initial, wanted) }
    : { needed: throttleNeeded(dirtied, link), initial: wanted };
}

function unbounded(initial: number, slowdown: number): Note {
  const message = `a throttle of ${Math.round(initial * 100)} % would be needed, ${Math.round(slowdown * 100)} % are allowed`;
  return { code: 'slowdown-budget', message, remedy: 'post-copy' };
}
