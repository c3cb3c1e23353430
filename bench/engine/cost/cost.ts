import { setTimeout as delay } from 'node:timers/promises';
import type { StartGuestOptions } from '../../../lib/lab/index.js';
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
  try {
    for (let count = 0; count < GUESTS; count += 1) guests.push(await LibvirtGuest.start(stage, GUEST, signal));
    for (let count = 0; count < rounds && !signal.aborted; count += 1) {
      const idle = await measured.measure(() => delay(IDLE_MS, undefined, { signal }));
      const routes = await Promise.all(guests.map(async (guest) => ({ guest, route: await guest.place() })));
      const engine = await measured.measure(
        async () => undefined,
        routes.map(({ guest, route }) => optionsOf(guest.name, route)),
      );
      const virsh = await measured.measure(() => Promise.all(guests.map((guest) => byVirsh(stage, guest, signal))));
      done.failures.push(...engine.failures);
      const round = { idle: idle.reading, engine: engine.reading, virsh: virsh.reading };
      done.rounds.push(round);
      onRound(round, `${count + 1}/${rounds}`);
    }
  } finally {
    for (const guest of guests) await guest.end();
  }
  return done;
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
  { name: 'fs.stat p99 beside idle', limit: 1.2, of: ({ idle, engine }) => engine.statP99Ms / idle.statP99Ms },
];

/** The same while virsh makes the migrations: what the machine, and not this process, is to blame for. Bound by nothing. */
export function machineShare(rounds: readonly CostRound[]): { loopDelayP99Ms: number; statBesideIdle: number } {
  return {
    loopDelayP99Ms: median(rounds.map(({ virsh }) => virsh.loopDelayP99Ms)),
    statBesideIdle: median(rounds.map(({ idle, virsh }) => virsh.statP99Ms / idle.statP99Ms)),
  };
}

export function costBounds(rounds: readonly CostRound[], random: Random): BoundResult[] {
  return BOUNDS.map(({ name, limit, of }) => {
    const found = bootstrap(rounds.map(of), median, { random });
    return { name: `cost ${name}`, rule: 'at most', bound: limit, ...found, met: found.value <= limit };
  });
}
