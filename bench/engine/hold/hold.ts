import { setTimeout as delay } from 'node:timers/promises';
import type { StartGuestOptions } from '../../../lib/lab/index.js';
import {
  type MigrateOptions,
  type MigrationEvent,
  type MigrationResult,
  migrate,
} from '../../../lib/migration/index.js';
import type { Random } from '../../statistics.js';
import type { BoundResult } from '../bounds.js';
import { LibvirtGuest } from '../movers/libvirt-guest.js';
import { IDLE, STEADY } from '../scenario.js';
import type { Stage } from '../stage.js';
import { holdBounds } from './bounds.js';

const MEBIBYTE = 1024 ** 2;

/** What a hold of one migration came to. */
export interface HoldRun {
  hold: MigrationResult['hold'];
  heldMs: number;
  outcome: MigrationResult['outcome'];
  /** From the release to the guest's stop on the source. */
  releaseToStopMs: number | undefined;
  /** From the moment asked for to the stop; negative when the guest stopped before it. */
  offMomentMs: number | undefined;
  pauseMs: number | undefined;
  /** Codes of the warnings. */
  warnings: string[];
}

/** How a guest is held. */
interface HoldCase {
  readonly name: HoldName;
  readonly guest: StartGuestOptions;
  readonly repeats: number;
  readonly holdMs: number;
  /** By a hook that takes so long, or until a moment. */
  readonly by: 'hook' | 'moment';
}

export type HoldName = 'steady' | 'idle' | 'silent';

/** Enough for all but the last pages to go over before the hold. */
const COPY_MS = 10_000;

const CASES: readonly HoldCase[] = [
  { name: 'steady', guest: STEADY, repeats: 2, holdMs: 60_000, by: 'hook' },
  { name: 'idle', guest: IDLE, repeats: 4, holdMs: 30_000, by: 'moment' },
  {
    name: 'silent',
    // Nothing is left to send of a guest that writes nothing: QEMU will not wait.
    guest: {
      ...{ kind: 'bare', accelerator: 'tcg', memoryBytes: 128 * MEBIBYTE, heartbeatHz: 10 },
      workload: { name: 'idle', setBytes: 16 * MEBIBYTE, verifiedPagesPerSecond: 0 },
    },
    ...{ repeats: 1, holdMs: 20_000, by: 'hook' },
  },
];

export interface HoldPerformance {
  runs: Record<HoldName, HoldRun[]>;
  bounds: BoundResult[];
}

export interface HoldOptions {
  /** Instead of each guest's own number. */
  repeats: number | undefined;
  random: Random;
  signal: AbortSignal;
  onRun: (name: HoldName, run: HoldRun, note: string) => void;
}

/** How long the switchover can be held, how soon the guest stops after it, and whether a hold that broke is said. */
export async function measureHold(stage: Stage, options: HoldOptions): Promise<HoldPerformance> {
  const runs: HoldPerformance['runs'] = { steady: [], idle: [], silent: [] };
  for (const { name, ...held } of CASES) {
    const repeats = options.repeats ?? held.repeats;
    const guest = await LibvirtGuest.start(stage, held.guest, options.signal);
    try {
      for (let count = 0; count < repeats && !options.signal.aborted; count += 1) {
        const run = await holdOnce(guest, held, options.signal);
        runs[name].push(run);
        options.onRun(name, run, `${count + 1}/${repeats}`);
      }
    } finally {
      await guest.end();
    }
  }
  return { runs, bounds: holdBounds(runs, options.random) };
}

async function holdOnce(guest: LibvirtGuest, held: Omit<HoldCase, 'name'>, signal: AbortSignal): Promise<HoldRun> {
  const { from, to } = await guest.place();
  const moment = held.by === 'moment' ? new Date(Date.now() + COPY_MS + held.holdMs) : undefined;
  const way: Pick<MigrateOptions, 'switchoverAt' | 'hooks'> =
    moment === undefined
      ? { hooks: { beforeSwitchover: { run: () => delay(held.holdMs), deadlineMs: held.holdMs * 2 } } }
      : { switchoverAt: moment };
  const migration = migrate({
    ...{ source: from.endpoint, destination: to.endpoint, domain: guest.name, signal },
    ...{ transport: { peerUri: to.peerUri, migrateUri: to.migrateUri }, ...way },
  });
  const seen: MigrationEvent[] = [];
  migration.on('event', (event) => seen.push(event));
  const { hold, heldMs, outcome, pause, warnings, startedAt } = await migration.outcome;
  const stopMs = seen.find(
    (event) => event.type === 'guest' && event.side === 'source' && event.event === 'suspended',
  )?.atMs;
  const releaseMs = seen.find((event) => event.type === 'hold' && event.what === 'release')?.atMs;
  return {
    ...{ hold, heldMs, outcome, pauseMs: pause.observedMs, warnings: warnings.map(({ code }) => code) },
    releaseToStopMs: stopMs === undefined || releaseMs === undefined ? undefined : stopMs - releaseMs,
    offMomentMs:
      stopMs === undefined || moment === undefined ? undefined : startedAt.getTime() + stopMs - moment.getTime(),
  };
}
