import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Forecast, forecastError } from '../../lib/forecast/index.js';
import type { Host } from '../../lib/lab/index.js';
import { analyseHeartbeats, type Beat, type Heartbeats } from '../../lib/lab/observer/index.js';
import { quantile } from '../statistics.js';
import type { BenchGuest, Contender, Move } from './contender.js';
import { controlCost } from './control-cost.js';
import { qemuPause } from './qemu-events.js';
import type { ForecastRecord, Run, Service } from './run.js';

/** After a move: the last events come in, and the guest shows how it goes on. */
const AFTER_MS = 1000;

export interface MeasureOptions {
  /** Guests that stand still meanwhile. */
  others: readonly BenchGuest[];
  /** After so long the migration is aborted, in milliseconds. */
  deadlineMs: number;
  /** Goes on beside the migration, until its signal fires; what it has changed is undone when it settles. */
  beside?: (signal: AbortSignal) => Promise<void>;
  /** Whether the move is forecast before, which takes some seconds. */
  isForecast?: boolean;
  signal: AbortSignal;
}

/** Has a contender move its guest once, on a quiet machine as far as that can be had, and collects what all witnesses saw. */
export async function measure(contender: Contender, options: MeasureOptions): Promise<Run> {
  const { others, deadlineMs, beside, isForecast = false, signal } = options;
  const { guest, clock } = contender;
  for (const other of others) if (other !== guest) await other.rest();
  await guest.wake();
  const forecast = isForecast ? await contender.forecast?.(await guest.place()).catch(toError) : undefined;
  const { fromNs, check, rest } = await guest.judge.await(guest.heartbeats, clock, signal);
  const load = loadavg()[0] ?? Number.NaN;
  const route = await guest.place();
  const sentBefore = await sentBytes(route.from);
  const deadline = AbortSignal.timeout(deadlineMs);
  const before = await clock?.read();
  const over = new AbortController();
  const besides = beside?.(over.signal);
  let move: Move;
  try {
    move = await contender.move(route, AbortSignal.any([signal, deadline]));
  } finally {
    over.abort();
    await besides;
  }
  const after = await clock?.read();
  signal.throwIfAborted();
  const sent = (await sentBytes(route.from)) - sentBefore;
  await delay(AFTER_MS, undefined, { signal });
  const evidence = contender.evidence(route, move);
  const qemu = qemuPause(evidence.qemuEvents, route.from.name, route.to.name);
  const seen = whatWasSeen(guest.heartbeats, fromNs, move);
  const { engine, reason } = move;
  const outcome = move.outcome === 'cancelled' && deadline.aborted ? 'failed' : move.outcome;
  return {
    ...{ outcome, reason, engine, load, quiet: check },
    figures: {
      // What libvirt's events say is late by as much as its daemons and this process wait for a processor.
      pauseMs: outcome === 'completed' ? (qemu.pauseMs ?? evidence.pauseMs) : undefined,
      outsideMs: seen.outsideMs,
      totalMs: Number(move.endNs - move.startNs) / 1e6,
      sentBytes: sent,
      workLostMs: seen.workLostMs,
    },
    qemu,
    libvirtMs: evidence.libvirtMs,
    guest: { badPages: seen.badPages, clockWentBack: seen.clockWentBack },
    wasStopped: evidence.wasStopped,
    service: seen.service,
    forecast: forecast && heldAgainst(forecast, move),
    control: rest && before && after && controlCost(rest, before, after),
  };
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function heldAgainst(forecast: Forecast | Error, { actual }: Move): ForecastRecord | undefined {
  if (forecast instanceof Error) return { failure: forecast.message };
  if (actual === undefined) return undefined;
  const { verdict, confidence, passes, sentBytes, totalMs, pauseMs } = forecast;
  const expected = { verdict, confidence, passes, sentBytes, totalMs, pauseMs };
  return { error: forecastError(forecast, actual), expected, actual };
}

interface Seen {
  outsideMs: number;
  workLostMs: number | undefined;
  badPages: number;
  clockWentBack: boolean;
  service: Service | undefined;
}

/** From the call until the guest has warmed up again; the quiet time before says what is normal. */
function whatWasSeen(heartbeats: Heartbeats, quietFromNs: bigint, move: Move): Seen {
  const { startNs } = move;
  const beats = heartbeats.window({ fromNs: quietFromNs });
  const window = { fromNs: startNs, toNs: process.hrtime.bigint(), periodNs: beats[0]?.periodNs ?? 0 };
  const seen = analyseHeartbeats(beats, window);
  const { outsideMs, lostWork, workRatePerSecond, badPages, clockWentBack } = seen;
  // What a guest that works in bursts did before says nothing about what it would have done meanwhile.
  const before = beats[0]?.workload === 'burst' ? undefined : workRatePerSecond.before;
  const workLostMs = lostWork === undefined || !before ? undefined : (lostWork / before) * 1000;
  return { outsideMs, workLostMs, badPages, clockWentBack, service: serviceOf(beats, move, seen.longestGap) };
}

/** How evenly the beats came between the call and its return, the longest silence left out. */
function serviceOf(beats: readonly Beat[], { startNs, endNs }: Move, blackout: { toNs: bigint }): Service | undefined {
  const gapsMs = beats.flatMap(({ arrivalNs }, index) => {
    const previous = beats[index - 1]?.arrivalNs;
    const isMeant = arrivalNs >= startNs && arrivalNs <= endNs && arrivalNs !== blackout.toNs;
    return previous === undefined || !isMeant ? [] : [Number(arrivalNs - previous) / 1e6];
  });
  return gapsMs.length === 0 ? undefined : { p50Ms: quantile(gapsMs, 0.5), p99Ms: quantile(gapsMs, 0.99) };
}

/** What a host has sent on the link that guests move over, by its kernel's counter. */
async function sentBytes(host: Host): Promise<number> {
  const { stdout } = await host.exec(['ip', '-statistics', '-json', 'link', 'show', 'dev', 'migration']);
  // JSON.parse knows nothing of types; ip promises this one for one interface.
  const [link] = JSON.parse(stdout) as { stats64: { tx: { bytes: number } } }[];
  return link?.stats64.tx.bytes ?? 0;
}
