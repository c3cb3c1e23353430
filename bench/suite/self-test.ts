import { setTimeout as delay } from 'node:timers/promises';
import type { Domain } from '../../lib/libvirt/index.js';
import { LibvirtGuest } from '../engine/movers/libvirt-guest.js';
import type { Stage } from '../engine/stage.js';
import { type InjectedStop, injectStops, toleranceMs } from '../injected-stops.js';
import { median } from '../statistics.js';
import { SMALL_STEADY } from './scenarios.js';

const STOPS_MS = [5, 50, 500];

/** QEMU's events come through a program of libvirt's. */
const EVENT_INTERVAL_MS = 5;
const EVENT_ATTEMPTS = 400;

/** Whether the benchmark's own eyes are good: stops of known length, as the observer reads them. */
export interface SelfTest {
  readonly stops: readonly StopReading[];
}

/** Medians over some stops of one length, in milliseconds. */
export interface StopReading {
  readonly truthMs: number;
  readonly readMs: number;
  readonly errorMs: number;
  /** 2 ms or 5 %, and what the machine's own unrest was worth just before. */
  readonly allowedMs: number;
  readonly isRead: boolean;
}

/** Stops a guest of the lab for 5, 50 and 500 ms, and has the observer read each stop that QEMU's own stamps tell of. */
export async function testOneself(stage: Stage, repeats: number, signal: AbortSignal): Promise<SelfTest> {
  const guest = await LibvirtGuest.start(stage, SMALL_STEADY, signal);
  try {
    const { from } = await guest.place();
    const domain = await stage.connection(from.name).domainLookupByName(guest.name);
    const stops: StopReading[] = [];
    for (const stopMs of STOPS_MS) {
      signal.throwIfAborted();
      stops.push(reading(await injectStops((ms) => stop(stage, domain, ms), guest.heartbeats, { stopMs, repeats })));
    }
    return { stops };
  } finally {
    await guest.end();
  }
}

/** What became of stops of one length. Pure. */
export function reading(stops: readonly InjectedStop[]): StopReading {
  const truthMs = median(stops.map((stop) => stop.truthMs));
  const errorMs = median(stops.map((stop) => Math.abs(stop.readMs - stop.truthMs)));
  const noiseMs = Math.max(0, median(stops.map(({ noise }) => noise.p99Ms)) - 1);
  const allowedMs = toleranceMs(truthMs) + noiseMs;
  return {
    truthMs,
    readMs: median(stops.map((stop) => stop.readMs)),
    errorMs,
    allowedMs,
    isRead: errorMs <= allowedMs,
  };
}

async function stop(stage: Stage, domain: Domain, stopMs: number): Promise<number> {
  const fromNs = BigInt(Date.now()) * 1_000_000n;
  await domain.suspend();
  await delay(stopMs);
  await domain.resume();
  for (let attempt = 0; attempt < EVENT_ATTEMPTS; attempt += 1) {
    const events = stage.monitor.eventsOf(domain.name, fromNs);
    const [stopped, resumed] = ['STOP', 'RESUME'].map((name) => events.find((event) => event.name === name));
    if (stopped !== undefined && resumed !== undefined) return Number(resumed.atNs - stopped.atNs) / 1e6;
    await delay(EVENT_INTERVAL_MS);
  }
  throw new Error(`QEMU said nothing of a stop of ${domain.name}.`);
}
