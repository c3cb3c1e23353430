import { PrecopyError } from '../errors.js';
import {
  explainBoth,
  type ForecastRequest,
  type Inputs,
  type Known,
  windowsOfPasses,
  workloadFrom,
} from '../forecast/index.js';
import type { Domain } from '../libvirt/index.js';
import { requireGuest, type Sides } from './connect.js';
import { type GuestGauge, gaugeGuest } from './guest-gauge.js';
import {
  guestHistoryOf,
  historyOf,
  type PairHistory,
  USUAL_FIXED_PAUSE_MS,
  USUAL_POST_COPY_PAUSE_MS,
} from './history.js';
import type { ResolvedOptions } from './options.js';
import { orAborted } from './until.js';

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

/** What is known of a migration besides its hosts and its options. */
export interface Circumstances {
  /** Without KVM a sync costs more. */
  readonly isEmulated: boolean;
  /** What connecting and checking took: the migration will have to do that as well, or has done it. */
  readonly checkingMs: number;
  /** Measures the link where nothing else says how fast it is; undefined where that is not allowed. */
  readonly probe: (() => Promise<number>) | undefined;
}

/**
 * Looks at a guest for about eight seconds, between hosts that are open and were checked, and gathers what a forecast is made of. Nothing is
 * touched unless there is a probe.
 *
 * @throws PrecopyError `ERR_PRECOPY_LINK_UNKNOWN` when nothing says how fast the link is
 */
export async function lookAhead(
  sides: Sides,
  options: ResolvedOptions,
  circumstances: Circumstances,
): Promise<ForecastRequest> {
  const guest = await requireGuest(sides.source, options.domain);
  const inputs = await gatherInputs(sides, guest, options, circumstances);
  const { policy, budget, escalate } = options;
  return { inputs, policy, budget, escalate, monitor: guest.connection.options.allowMonitorCommand === true };
}

async function gatherInputs(
  { source, destination }: Sides,
  guest: Domain,
  { expect, escalate, signal }: ResolvedOptions,
  { isEmulated, checkingMs, probe }: Circumstances,
): Promise<Inputs> {
  const history = () => historyOf(source.identity.hostUuid, destination.identity.hostUuid, guest.uuid);
  const link = await linkSpeed(expect.linkBytesPerSecond, history(), probe);
  const gauge = await orAborted(gaugeGuest(guest), signal);
  const { memoryBytes, busyShare } = gauge;
  const followsCpu = busyShare !== undefined && busyShare >= BUSY_SHARE;
  const syncCosts = isEmulated ? EMULATED_SYNC : { syncMs: 0, stallMs: 0 };
  const known = guestHistoryOf(guest.uuid);
  const earlier = windowsOfPasses(known?.passes ?? [], {
    followsCpu,
    standstillMs: syncCosts.syncMs + syncCosts.stallMs,
  });
  const { windows, set } = explainBoth(gauge.windows, earlier, memoryBytes);
  const given = expect.dirtiedBytesPerSecond;
  const measuring = escalate.includes('throttle') && given === undefined ? MEASURING_MS : 0;
  const dirtyRate: Known =
    given === undefined
      ? { value: set.bytesPerSecond, deviation: set.rateDeviation, from: 'measured' }
      : { value: given, deviation: DEVIATION.given, from: 'given' };
  return {
    memoryBytes,
    used: usedBytes(gauge, known?.usedBytes),
    link,
    dirtyRate,
    set: { value: set.setBytes, deviation: set.setDeviation, from: 'measured' },
    workload: workloadFrom(windows, { ...set, bytesPerSecond: dirtyRate.value }, followsCpu),
    isKnownBusy: known?.wasBusy ?? false,
    ...(isEmulated ? { syncCosts } : {}),
    ...costs(history(), checkingMs + measuring),
  };
}

/** @throws PrecopyError `ERR_PRECOPY_LINK_UNKNOWN` */
async function linkSpeed(
  given: number | undefined,
  history: PairHistory | undefined,
  probe: Circumstances['probe'],
): Promise<Known> {
  if (given !== undefined) return { value: given, deviation: DEVIATION.given, from: 'given' };
  if (history !== undefined) return { value: history.linkBytesPerSecond, deviation: DEVIATION.link, from: 'learnt' };
  if (probe !== undefined) return { value: await probe(), deviation: DEVIATION.link, from: 'probed' };
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

function costs(
  history: PairHistory | undefined,
  beforeMs: number,
): Pick<Inputs, 'fixedPause' | 'postCopyPause' | 'overhead'> {
  const { learntPause, usualPause, learntOverhead, usualOverhead } = DEVIATION;
  const { fixedPauseMs, postCopyPauseMs, overheadMs } = history ?? {};
  return {
    fixedPause: learntOr(fixedPauseMs, learntPause, USUAL_FIXED_PAUSE_MS, usualPause),
    postCopyPause: learntOr(postCopyPauseMs, learntPause, USUAL_POST_COPY_PAUSE_MS, usualPause),
    overhead: plus(beforeMs, learntOr(overheadMs, learntOverhead, USUAL_OVERHEAD_MS, usualOverhead)),
  };
}

function learntOr(learnt: number | undefined, learntDeviation: number, usual: number, usualDeviation: number): Known {
  return learnt === undefined
    ? { value: usual, deviation: usualDeviation, from: 'assumed' }
    : { value: learnt, deviation: learntDeviation, from: 'learnt' };
}

function plus(more: number, known: Known): Known {
  return { ...known, value: known.value + more };
}
