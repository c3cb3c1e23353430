import { setTimeout as delay } from 'node:timers/promises';
import { analyseHeartbeats, type Heartbeats } from '../../lib/lab/observer/index.js';
import type { ProcessorClock, Rest } from './control-cost.js';
import type { QuietCheck } from './run.js';

/** After a move or a wake-up: the guest warms up again, and nothing of it shall be in the time that says what is normal. */
const SETTLE_MS = 500;
const QUIET_MS = 1500;
const ATTEMPTS = 5;

/** A blackout is known no better than the gaps when nobody moves the guest; a machine that makes longer ones is too busy to measure on. */
const LONGEST_GAP_MS = 30;

/** So is one on which the guest gets less done than this part, 0..1, of what it has got done in another quiet time. */
const LEAST_WORK = 0.9;

/** The time before a move that says what is normal. */
export interface Baseline {
  fromNs: bigint;
  check: QuietCheck;
  /** What processes took meanwhile; undefined where nobody asked. */
  rest: Rest | undefined;
}

/** Judges how quiet it is around one guest, by what it has seen of it so far. */
export class QuietJudge {
  #bestRatePerSecond = 0;

  /** Waits until the guest's heartbeats come evenly for a while and its work goes on; gives up after some attempts, and says so. */
  async await(heartbeats: Heartbeats, clock: ProcessorClock | undefined, signal: AbortSignal): Promise<Baseline> {
    await delay(SETTLE_MS, undefined, { signal });
    for (let rejected = 0; ; rejected += 1) {
      const fromNs = process.hrtime.bigint();
      const from = await clock?.read();
      await delay(QUIET_MS, undefined, { signal });
      const to = await clock?.read();
      const { p99Ms, maxMs, ratePerSecond } = look(heartbeats, fromNs);
      this.#bestRatePerSecond = Math.max(this.#bestRatePerSecond, ratePerSecond);
      const isQuiet = maxMs <= LONGEST_GAP_MS && ratePerSecond >= this.#bestRatePerSecond * LEAST_WORK;
      if (!isQuiet && rejected + 1 < ATTEMPTS) continue;
      return { fromNs, check: { p99Ms, maxMs, rejected, isQuiet }, rest: from && to && { from, to } };
    }
  }
}

function look(heartbeats: Heartbeats, fromNs: bigint): { p99Ms: number; maxMs: number; ratePerSecond: number } {
  const toNs = process.hrtime.bigint();
  const beats = heartbeats.window({ fromNs, toNs });
  const seen = analyseHeartbeats(beats, { fromNs: toNs, toNs, periodNs: beats[0]?.periodNs ?? 0 });
  const { p99Ms = Number.POSITIVE_INFINITY, maxMs = Number.POSITIVE_INFINITY } = seen.jitterBefore ?? {};
  return { p99Ms, maxMs, ratePerSecond: seen.workRatePerSecond.before ?? 0 };
}
