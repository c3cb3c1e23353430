import { PrecopyError } from '../errors.js';
import {
  type Forecast,
  fitWorkingSet,
  forecastFrom,
  type Inputs,
  type Known,
  workloadFrom,
} from '../forecast/index.js';
import type { Domain } from '../libvirt/index.js';
import { checkOptions, flag, type Rules } from '../validation.js';
import { connectSides, requireGuest, type Sides } from './connect.js';
import { type GuestGauge, gaugeGuest } from './guest-gauge.js';
import { historyOf, lastUsedBytes, type PairHistory, USUAL_FIXED_PAUSE_MS } from './history.js';
import { type MigrateOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { preflightSides, requirePreflight } from './preflight/index.js';
import { probeLink } from './probe.js';
import { orAborted } from './until.js';

/** The options of the migration that is to be forecast, as `migrate()` takes them, and how far the forecast may go for it. */
export interface ForecastOptions extends MigrateOptions {
  /**
   * Whether a migration may be begun and aborted after a second where the speed of the link is not known otherwise. Default false: the
   * guest is only looked at.
   */
  probe?: boolean;
}

const probeRules: Rules<Pick<ForecastOptions, 'probe'>> = { probe: flag };

/** What QEMU itself keeps in memory beside the guest's, in bytes, and how well that is known. */
const QEMU_BYTES = 105 * 2 ** 20;
const QEMU_DEVIATION = 0.35;
/** A guest that uses so much of its virtual CPUs' time is slowed down by any throttle. */
const BUSY_SHARE = 0.7;
/** What comes around the passes where nothing was learnt yet, in milliseconds: a QEMU is started, and libvirt waits for the other one's end. */
const USUAL_OVERHEAD_MS = 550;
/** How long the engine measures before the start where it may throttle, in milliseconds. */
const MEASURING_MS = 1050;

/** Without KVM a sync has to stop the guest, which then translates its code anew, in milliseconds; seen on guests of 512 MiB. */
const EMULATED_SYNC = { syncMs: 6, stallMs: 4 };

/** How well things are known, as relative standard deviations. */
const DEVIATION = {
  /** Speeds of the same link from one move to the next. */
  link: 0.02,
  given: 0.05,
  learntPause: 0.2,
  usualPause: 0.5,
  learntOverhead: 0.1,
  usualOverhead: 0.4,
  learntUsed: 0.02,
};

/**
 * Forecasts a migration before anything moves: looks at the guest for about eight seconds (how fast it dirties memory, over several windows;
 * how much of its memory is used; how busy it is), takes the speed of the link from `expect`, from earlier moves between these hosts in this
 * process, or from a probe where that is allowed, and simulates the migration under the policy that it would have.
 *
 * ```ts
 * const { verdict, totalMs, pauseMs } = await forecast({ source, destination, domain: 'db1', budget: { pauseMs: 60 }, probe: true });
 * ```
 *
 * @throws InvalidArgumentError when an option is not as it must be; PrecopyError with the finding's code for what stands in the way
 *   of the migration, a job that is under way included; `ERR_PRECOPY_LINK_UNKNOWN` when nothing says how fast the link is;
 *   `ERR_PRECOPY_ABORTED` when the signal aborts, a probe that has begun being ended first
 */
export async function forecast({ probe, ...options }: ForecastOptions): Promise<Forecast> {
  checkOptions<Pick<ForecastOptions, 'probe'>>('', { probe }, probeRules);
  const resolved = resolveOptions(options);
  const startedMs = performance.now();
  const { signal } = resolved;
  const sides = await connectSides(resolved, signal);
  try {
    const report = await orAborted(preflightSides(sides, resolved), signal);
    requirePreflight(report);
    // The migration will have to connect and to check as well.
    const checkingMs = performance.now() - startedMs;
    const guest = await requireGuest(sides.source, resolved.domain);
    const gathered = await gatherInputs(sides, guest, resolved, checkingMs, probe === true ? options : undefined);
    const isEmulated = report.facts.guest?.virtualizationType !== 'kvm';
    const inputs = isEmulated ? { ...gathered, syncCosts: EMULATED_SYNC } : gathered;
    const { policy, budget, escalate } = resolved;
    const monitor = guest.connection.options.allowMonitorCommand === true;
    return forecastFrom({ inputs, policy, budget, escalate, monitor });
  } finally {
    await Promise.all([sides.source.close(), sides.destination.close()]);
  }
}

async function gatherInputs(
  { source, destination }: Sides,
  guest: Domain,
  { expect, escalate, signal }: ResolvedOptions,
  checkingMs: number,
  probing: MigrateOptions | undefined,
): Promise<Inputs> {
  const history = () => historyOf(source.identity.hostUuid, destination.identity.hostUuid);
  const link = await linkSpeed(expect.linkBytesPerSecond, history(), probing);
  const gauge = await orAborted(gaugeGuest(guest), signal);
  const { memoryBytes, windows, busyShare } = gauge;
  const set = fitWorkingSet(windows, memoryBytes);
  const followsCpu = busyShare !== undefined && busyShare >= BUSY_SHARE;
  const given = expect.dirtiedBytesPerSecond;
  const measuring = escalate.includes('throttle') && given === undefined ? MEASURING_MS : 0;
  const dirtyRate: Known =
    given === undefined
      ? { value: set.bytesPerSecond, deviation: set.rateDeviation, from: 'measured' }
      : { value: given, deviation: DEVIATION.given, from: 'given' };
  return {
    memoryBytes,
    used: usedBytes(gauge, lastUsedBytes(guest.uuid)),
    link,
    dirtyRate,
    set: { value: set.setBytes, deviation: set.setDeviation, from: 'measured' },
    workload: workloadFrom(windows, { ...set, bytesPerSecond: dirtyRate.value }, followsCpu),
    ...costs(history(), checkingMs + measuring),
  };
}

/** @throws PrecopyError `ERR_PRECOPY_LINK_UNKNOWN` */
async function linkSpeed(
  given: number | undefined,
  history: PairHistory | undefined,
  probing: MigrateOptions | undefined,
): Promise<Known> {
  if (given !== undefined) return { value: given, deviation: DEVIATION.given, from: 'given' };
  if (history !== undefined) return { value: history.linkBytesPerSecond, deviation: DEVIATION.link, from: 'learnt' };
  if (probing !== undefined) return { value: await probeLink(probing), deviation: DEVIATION.link, from: 'probed' };
  throw new PrecopyError(
    'ERR_PRECOPY_LINK_UNKNOWN',
    'Nothing says how fast the link between the two hosts is: this process has moved nothing over it yet',
    { remedy: 'Give expect.linkBytesPerSecond, or allow a probe: a migration that is aborted after a second.' },
  );
}

function usedBytes({ memoryBytes, residentBytes }: GuestGauge, last: number | undefined): Known {
  if (last !== undefined)
    return { value: Math.min(last, memoryBytes), deviation: DEVIATION.learntUsed, from: 'learnt' };
  if (residentBytes === undefined) return { value: memoryBytes, deviation: QEMU_DEVIATION, from: 'assumed' };
  const value = Math.min(Math.max(residentBytes - QEMU_BYTES, residentBytes / 4), memoryBytes);
  return { value, deviation: (QEMU_DEVIATION * QEMU_BYTES) / value, from: 'measured' };
}

function costs(history: PairHistory | undefined, beforeMs: number): Pick<Inputs, 'fixedPause' | 'overhead'> {
  const { learntPause, usualPause, learntOverhead, usualOverhead } = DEVIATION;
  if (history === undefined) {
    return {
      fixedPause: { value: USUAL_FIXED_PAUSE_MS, deviation: usualPause, from: 'assumed' },
      overhead: { value: beforeMs + USUAL_OVERHEAD_MS, deviation: usualOverhead, from: 'assumed' },
    };
  }
  return {
    fixedPause: { value: history.fixedPauseMs, deviation: learntPause, from: 'learnt' },
    overhead: { value: beforeMs + history.overheadMs, deviation: learntOverhead, from: 'learnt' },
  };
}
