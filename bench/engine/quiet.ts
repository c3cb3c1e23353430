import { setTimeout as delay } from 'node:timers/promises';
import { analyseHeartbeats, type Heartbeats } from '../../lib/lab/observer/index.js';
import type { QuietCheck } from './run.js';

/** After a move or a wake-up: the guest warms up again, and nothing of it shall be in the time that says what is normal. */
const SETTLE_MS = 500;
const QUIET_MS = 1500;
const ATTEMPTS = 5;

/** A blackout is known no better than the gaps when nobody moves the guest; a machine that makes longer ones is too busy to measure on. */
const LONGEST_GAP_MS = 30;

/** The time before a move that says what is normal. */
export interface Baseline {
  fromNs: bigint;
  check: QuietCheck;
}

/** Waits until the guest's heartbeats come evenly for a while; gives up after some attempts, and says so. */
export async function awaitQuiet(heartbeats: Heartbeats, signal: AbortSignal): Promise<Baseline> {
  await delay(SETTLE_MS, undefined, { signal });
  for (let rejected = 0; ; rejected += 1) {
    const fromNs = process.hrtime.bigint();
    await delay(QUIET_MS, undefined, { signal });
    const toNs = process.hrtime.bigint();
    const beats = heartbeats.window({ fromNs, toNs });
    const { jitterBefore } = analyseHeartbeats(beats, { fromNs: toNs, toNs, periodNs: beats[0]?.periodNs ?? 0 });
    const { p99Ms = Number.POSITIVE_INFINITY, maxMs = Number.POSITIVE_INFINITY } = jitterBefore ?? {};
    const isQuiet = maxMs <= LONGEST_GAP_MS;
    if (isQuiet || rejected + 1 === ATTEMPTS) return { fromNs, check: { p99Ms, maxMs, rejected, isQuiet } };
  }
}
