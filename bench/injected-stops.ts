import { setTimeout as delay } from 'node:timers/promises';
import type { PlainGuest } from '../lib/lab/guest/plain/plain-guest.js';
import { eventTimeNs } from '../lib/lab/guest/plain/qmp.js';
import { analyseHeartbeats, type Heartbeats } from '../lib/lab/observer/index.js';

const EVENT_TIMEOUT_MS = 10_000;
const QUIET_MS = 500;

/** One stop of known length and what the observer made of it. */
export interface InjectedStop {
  /** From QEMU's STOP event to its RESUME event, by QEMU's clock. */
  truthMs: number;
  /** As read from the heartbeats. */
  readMs: number;
  /** Of the time between two beats in the half second before: the machine's unrest, which no reading can be better than. */
  noise: { maxMs: number; p99Ms: number };
}

/** Stops a guest for about so many milliseconds, and gives how many it was by QEMU's own stamps. */
export type Stop = (stopMs: number) => Promise<number>;

/** How far a reading may be off: 2 ms or 5 %, whichever is more. */
export function toleranceMs(truthMs: number): number {
  return Math.max(2, truthMs * 0.05);
}

/** Stops a guest again and again, for about so long, and has the observer read each stop. */
export async function injectStops(
  stop: Stop,
  heartbeats: Heartbeats,
  options: { stopMs: number; repeats: number },
): Promise<InjectedStop[]> {
  const stops: InjectedStop[] = [];
  for (let i = 0; i < options.repeats; i += 1) stops.push(await injectStop(stop, heartbeats, options.stopMs));
  return stops;
}

/** Stops a guest under plain QEMU, over QMP. */
export function stopOf(guest: PlainGuest): Stop {
  return async (stopMs) => {
    const stopped = guest.qmp.next('STOP', { timeoutMs: EVENT_TIMEOUT_MS });
    const resumed = guest.qmp.next('RESUME', { timeoutMs: EVENT_TIMEOUT_MS });
    await guest.qmp.execute('stop');
    await delay(stopMs);
    await guest.qmp.execute('cont');
    return Number(eventTimeNs(await resumed) - eventTimeNs(await stopped)) / 1e6;
  };
}

async function injectStop(stop: Stop, heartbeats: Heartbeats, stopMs: number): Promise<InjectedStop> {
  await delay(QUIET_MS);
  const fromNs = process.hrtime.bigint();
  const truthMs = await stop(stopMs);
  const toNs = process.hrtime.bigint() + 20_000_000n;
  await heartbeats.waitFor((beat) => beat.arrivalNs > toNs);
  // Only the quiet time just before is the baseline: the stop before this one is no noise.
  const quietNs = BigInt(QUIET_MS - 100) * 1_000_000n;
  const beats = heartbeats.window({ fromNs: fromNs - quietNs });
  const seen = analyseHeartbeats(beats, { fromNs, toNs, periodNs: beats[0]?.periodNs ?? 0 });
  const { maxMs = Number.POSITIVE_INFINITY, p99Ms = Number.POSITIVE_INFINITY } = seen.jitterBefore ?? {};
  return { truthMs, readMs: seen.outsideMs, noise: { maxMs, p99Ms } };
}
