import { setTimeout as delay } from 'node:timers/promises';
import type { StartGuestOptions } from '../../../lib/lab/index.js';
import type { MigrateOptions } from '../../../lib/migration/index.js';
import { bootstrap, median, type Random } from '../../statistics.js';
import type { BoundResult } from '../bounds.js';
import type { Route } from '../contender.js';
import { LibvirtGuest } from '../movers/libvirt-guest.js';
import { moveByVirsh } from '../movers/virsh.js';
import type { Stage } from '../stage.js';
import { MeasuredProcess } from './measured-process.js';
import type { Reading } from './meter.js';

const MEBIBYTE = 1024 ** 2;
const GUESTS = 8;
const IDLE_MS = 5000;

/** Small, and quiet: what they cost themselves must not be what is measured. */
const GUEST: StartGuestOptions = {
  ...{ kind: 'bare', accelerator: 'tcg', memoryBytes: 256 * MEBIBYTE, heartbeatHz: 20 },
  workload: { name: 'steady', bytesPerSecond: 2 * MEBIBYTE, setBytes: 192 * MEBIBYTE, verifiedPagesPerSecond: 0 },
};

/** Three readings of one process: it does nothing, it makes all migrations, and virsh makes them while it does nothing. */
export interface CostRound {
  idle: Reading;
  engine: Reading;
  /** Of another process that does nothing, while the first one makes the migrations: it feels what the machine does to both. */
  beside: Reading;
  virsh: Reading;
}

export interface CostPerformance {
  rounds: CostRound[];
  failures: string[];
}

export interface CostOptions {
  rounds: number;
  signal: AbortSignal;
  onRound: (round: CostRound, note: string) => void;
}

/** What eight migrations at once cost the process that makes them. */
export async function measureCost(stage: Stage, { rounds, signal, onRound }: CostOptions): Promise<CostPerformance> {
  const done: CostPerformance = { rounds: [], failures: [] };
  const guests: LibvirtGuest[] = [];
  using measured = new MeasuredProcess(signal);
  using bystander = new MeasuredProcess(signal);
  try {
    for (let count = 0; count < GUESTS; count += 1) guests.push(await LibvirtGuest.start(stage, GUEST, signal));
    for (let count = 0; count < rounds && !signal.aborted; count += 1) {
      const idle = await measured.measure(() => delay(IDLE_MS, undefined, { signal }));
      const routes = await Promise.all(guests.map(async (guest) => ({ guest, route: await guest.place() })));
      const moves = routes.map(({ guest, route }) => optionsOf(guest.name, route));
      const [engine, beside] = await both(measured, bystander, moves);
      const virsh = await measured.measure(() => Promise.all(guests.map((guest) => byVirsh(stage, guest, signal))));
      done.failures.push(...engine.failures);
      const round = { idle: idle.reading, engine: engine.reading, beside: beside.reading, virsh: virsh.reading };
      done.rounds.push(round);
      onRound(round, `${count + 1}/${rounds}`);
    }
  } finally {
    for (const guest of guests) await guest.end();
  }
  return done;
}

/** One process makes the migrations, and the other one does nothing until they have ended. */
async function both(mover: MeasuredProcess, bystander: MeasuredProcess, moves: readonly MigrateOptions[]) {
  const engine = mover.measure(async () => undefined, moves);
  return Promise.all([engine, bystander.measure(() => engine)]);
}

function optionsOf(domain: string, { from, to }: Route) {
  const transport = { peerUri: to.peerUri, migrateUri: to.migrateUri };
  return { source: from.endpoint, destination: to.endpoint, domain, transport };
}

async function byVirsh(stage: Stage, guest: LibvirtGuest, signal: AbortSignal): Promise<void> {
  const route = await guest.place();
  const domain = await stage.connection(route.from.name).domainLookupByName(guest.name);
  await moveByVirsh(domain, route, [], signal);
}

/** Share of one core for each migration, 0..1, without what the meter itself takes. */
export function shareOfCore({ idle, engine }: CostRound): number {
  const extraMs = engine.cpuMs - (idle.cpuMs / idle.elapsedMs) * engine.elapsedMs;
  return extraMs / engine.elapsedMs / GUESTS;
}

const BOUNDS: readonly { name: string; limit: number; of: (round: CostRound) => number }[] = [
  { name: 'core per migration', limit: 0.03, of: shareOfCore },
  { name: 'event-loop delay p99 ms', limit: 5, of: ({ engine }) => engine.loopDelayP99Ms },
  { name: 'fs.stat p99 / idle meanwhile', limit: 1.2, of: ({ beside, engine }) => engine.statP99Ms / beside.statP99Ms },
];

/** The event loop's delay while virsh makes the migrations: what the machine, and not this process, is to blame for. Bound by nothing. */
export function machineLoopDelayMs(rounds: readonly CostRound[]): number {
  return median(rounds.map(({ virsh }) => virsh.loopDelayP99Ms));
}

/** fs.stat's p99 in one of the readings, as a multiple of that with the machine at rest. Bound by nothing. */
export function statTimesRest(rounds: readonly CostRound[], of: Exclude<keyof CostRound, 'idle'>): number {
  return median(rounds.map((round) => round[of].statP99Ms / round.idle.statP99Ms));
}

export function costBounds(rounds: readonly CostRound[], random: Random): BoundResult[] {
  return BOUNDS.map(({ name, limit, of }) => {
    const found = bootstrap(rounds.map(of), median, { random });
    return { name: `cost ${name}`, rule: 'at most', bound: limit, ...found, met: found.value <= limit };
  });
}
