import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../lib/lab/index.js';
import { analyseHeartbeats, type Heartbeats } from '../../lib/lab/observer/index.js';
import type { BenchGuest, Contender, Move } from './contender.js';
import { qemuPause } from './qemu-events.js';
import type { Run } from './run.js';

/** After a move: the last events come in, and the guest shows how it goes on. */
const AFTER_MS = 1000;

export interface MeasureOptions {
  /** Guests that stand still meanwhile. */
  others: readonly BenchGuest[];
  /** After so long the migration is aborted, in milliseconds. */
  deadlineMs: number;
  signal: AbortSignal;
}

/** Has a contender move its guest once, on a quiet machine as far as that can be had, and collects what all witnesses saw. */
export async function measure(contender: Contender, { others, deadlineMs, signal }: MeasureOptions): Promise<Run> {
  const { guest } = contender;
  for (const other of others) if (other !== guest) await other.rest();
  await guest.wake();
  const { fromNs, check } = await guest.judge.await(guest.heartbeats, signal);
  const load = loadavg()[0] ?? Number.NaN;
  const route = await guest.place();
  const sentBefore = await sentBytes(route.from);
  const deadline = AbortSignal.timeout(deadlineMs);
  const move = await contender.move(route, AbortSignal.any([signal, deadline]));
  signal.throwIfAborted();
  const sent = (await sentBytes(route.from)) - sentBefore;
  await delay(AFTER_MS, undefined, { signal });
  const evidence = contender.evidence(route, move);
  const seen = whatWasSeen(guest.heartbeats, fromNs, move);
  const { engine, reason } = move;
  const outcome = move.outcome === 'cancelled' && deadline.aborted ? 'failed' : move.outcome;
  return {
    ...{ outcome, reason, engine, load, quiet: check },
    figures: {
      pauseMs: outcome === 'completed' ? evidence.pauseMs : undefined,
      outsideMs: seen.outsideMs,
      totalMs: Number(move.endNs - move.startNs) / 1e6,
      sentBytes: sent,
      workLostMs: seen.workLostMs,
    },
    qemu: qemuPause(evidence.qemuEvents, route.from.name, route.to.name),
    libvirtMs: evidence.libvirtMs,
    guest: { badPages: seen.badPages, clockWentBack: seen.clockWentBack },
    wasStopped: evidence.wasStopped,
  };
}

interface Seen {
  outsideMs: number;
  workLostMs: number | undefined;
  badPages: number;
  clockWentBack: boolean;
}

/** From the call until the guest has warmed up again; the quiet time before says what is normal. */
function whatWasSeen(heartbeats: Heartbeats, quietFromNs: bigint, { startNs }: Move): Seen {
  const beats = heartbeats.window({ fromNs: quietFromNs });
  const window = { fromNs: startNs, toNs: process.hrtime.bigint(), periodNs: beats[0]?.periodNs ?? 0 };
  const { outsideMs, lostWork, workRatePerSecond, badPages, clockWentBack } = analyseHeartbeats(beats, window);
  const before = workRatePerSecond.before;
  const workLostMs = lostWork === undefined || !before ? undefined : (lostWork / before) * 1000;
  return { outsideMs, workLostMs, badPages, clockWentBack };
}

/** What a host has sent on the link that guests move over, by its kernel's counter. */
async function sentBytes(host: Host): Promise<number> {
  const { stdout } = await host.exec(['ip', '-statistics', '-json', 'link', 'show', 'dev', 'migration']);
  // JSON.parse knows nothing of types; ip promises this one for one interface.
  const [link] = JSON.parse(stdout) as { stats64: { tx: { bytes: number } } }[];
  return link?.stats64.tx.bytes ?? 0;
}
