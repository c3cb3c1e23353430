import type { Note, Settings } from './policy.js';
import { throttleNeeded, throttleWanted } from './throttle.js';
import type { Situation } from './view.js';

/** The limit to begin with, in milliseconds: libvirt's lowest. */
export const STRICT_LIMIT_MS = 1;

/** QEMU's own first throttle and steps, for when nothing is known of the rates. */
const GROPING = { initial: 0.2, increment: 0.1 };
/** Where the throttle is bounded, QEMU must not overshoot a computed one: its smallest step. */
const SMALLEST_INCREMENT = 0.01;

/** How a migration under a budget is started: only what was allowed is made possible, and the throttle is computed where the rates are known. */
export function budgetSettings(situation: Situation): Settings {
  const { escalate } = situation;
  const base = { downtimeLimitMs: STRICT_LIMIT_MS, softLanding: true, postCopy: escalate.includes('post-copy') };
  if (!escalate.includes('throttle')) return { ...base, notes: [] };
  const { linkBytesPerSecond: link, dirtiedBytesPerSecond: dirtied, budget } = situation;
  const { slowdown } = budget;
  if (link === undefined || dirtied === undefined) {
    const isBound = slowdown !== undefined && slowdown < GROPING.initial;
    return isBound
      ? { ...base, notes: [unbounded(GROPING.initial, slowdown)] }
      : { ...base, autoConverge: GROPING, notes: [] };
  }
  const needed = throttleNeeded(dirtied, link);
  if (needed === 0) return { ...base, notes: [] };
  if (slowdown !== undefined && needed > slowdown) return { ...base, notes: [unbounded(needed, slowdown)] };
  const initial = throttleWanted(dirtied, link, 0, slowdown);
  return {
    ...base,
    autoConverge: { initial, increment: slowdown === undefined ? GROPING.increment : SMALLEST_INCREMENT },
    notes: [],
  };
}

function unbounded(initial: number, slowdown: number): Note {
  const message = `a throttle of ${Math.round(initial * 100)} % would be needed, ${Math.round(slowdown * 100)} % are allowed`;
  return { code: 'slowdown-budget', message, remedy: 'post-copy' };
}
