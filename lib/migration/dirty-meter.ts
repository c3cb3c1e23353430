import type { DirtyWindow } from '../forecast/index.js';
import { type Domain, DomainDirtyRateCalcFlags, LibvirtError } from '../libvirt/index.js';
import { attribute, descend, rootElement } from './preflight/elements.js';
import { sleep } from './sampler.js';

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** How often a measurement is asked for its end, in milliseconds. */
const ASK_MS = 25;

/** Pages that QEMU looks at for each GiB unless it is told otherwise. */
const USUAL_SAMPLES_PER_GIBIBYTE = 512;
/** What is asked for where QEMU can be told: its most is 16 384, and comparing as many as this takes it some 10 ms for each GiB. */
const SAMPLES_PER_GIBIBYTE = 8192;

/** Measures how much of a guest's memory changes in a while. Only before the migration: libvirt and QEMU refuse it during a job. */
export interface DirtyMeter {
  /** The windows, in milliseconds, that show rate and set best in little time. */
  readonly windowsMs: readonly number[];
  /** The shortest one, in milliseconds, that alone tells the rate well enough. */
  readonly quickMs: number;
  /** @returns undefined where QEMU cannot tell */
  measure(windowMs: number): Promise<DirtyWindow | undefined>;
}

/**
 * The best way there is to measure a guest: through QEMU's monitor where that is allowed, in milliseconds and with many samples; else by
 * libvirt, whose shortest window is a second. With the dirty ring, which needs KVM, each page that is written counts; otherwise pages are
 * sampled. Never by the dirty bitmap, which old QEMUs do not survive without KVM.
 */
export async function dirtyMeterOf(guest: Domain): Promise<DirtyMeter> {
  const [{ maxMemoryKibibytes }, xml] = await Promise.all([guest.getInfo(), guest.getXMLDesc()]);
  const memoryBytes = maxMemoryKibibytes * 1024;
  if (hasDirtyRing(xml)) return libvirtMeter(guest, DomainDirtyRateCalcFlags.DIRTY_RING, undefined);
  if (guest.connection.options.allowMonitorCommand === true && (await knowsMilliseconds(guest))) {
    return monitorMeter(guest, Math.round((memoryBytes / GIBIBYTE) * SAMPLES_PER_GIBIBYTE));
  }
  const sampledPages = Math.round((memoryBytes / GIBIBYTE) * USUAL_SAMPLES_PER_GIBIBYTE);
  return libvirtMeter(guest, DomainDirtyRateCalcFlags.PAGE_SAMPLING, sampledPages);
}

function hasDirtyRing(xml: string): boolean {
  return attribute(descend(rootElement(xml), 'features', 'kvm', 'dirty-ring'), 'state') === 'on';
}

/**
 * A measurement that was asked for may be looked at before its thread has begun. It has to be waited for then: whoever asks for another one meanwhile
 * makes QEMU (10.0 at least) lose a thread that it takes for a reader of its lists, and QEMU hangs when it next waits for its readers, in the middle of
 * the stop-and-copy, with the guest.
 */
function isUnderWay(status: unknown): boolean {
  return status === 'unstarted' || status === 'measuring';
}

/** libvirt: virDomainStartDirtyRateCalc. */
function libvirtMeter(guest: Domain, flags: number, sampledPages: number | undefined): DirtyMeter {
  return {
    windowsMs: [1000, 1000, 1000, 2000, 3000],
    quickMs: 1000,
    async measure(windowMs) {
      const seconds = Math.max(Math.round(windowMs / 1000), 1);
      await guest.startDirtyRateCalc(seconds, flags);
      for (;;) {
        await sleep(ASK_MS);
        const rate = await guest.getDirtyRate();
        if (rate?.status === 'measured') return windowOf(seconds * 1000, rate.mebibytesPerSecond ?? 0, sampledPages);
        if (!isUnderWay(rate?.status)) return undefined;
      }
    },
  };
}

/** QMP: calc-dirty-rate, query-dirty-rate. */
function monitorMeter(guest: Domain, sampledPages: number): DirtyMeter {
  return {
    windowsMs: [50, 100, 200, 400, 400, 400, 800, 1600],
    quickMs: 400,
    async measure(windowMs) {
      await ask(guest, 'calc-dirty-rate', {
        'calc-time': windowMs,
        'calc-time-unit': 'millisecond',
        'sample-pages': SAMPLES_PER_GIBIBYTE,
      });
      for (;;) {
        await sleep(ASK_MS);
        const rate = await ask(guest, 'query-dirty-rate', { 'calc-time-unit': 'millisecond' });
        if (rate.status === 'measured') return windowOf(windowMs, Number(rate['dirty-rate']), sampledPages);
        if (!isUnderWay(rate.status)) return undefined;
      }
    },
  };
}

/** QEMU counts in milliseconds from 8.2 on. */
async function knowsMilliseconds(guest: Domain): Promise<boolean> {
  try {
    await ask(guest, 'query-dirty-rate', { 'calc-time-unit': 'millisecond' });
    return true;
  } catch (error) {
    if (error instanceof LibvirtError) return false;
    throw error;
  }
}

async function ask(guest: Domain, execute: string, parameters: object): Promise<Record<string, unknown>> {
  const answer: unknown = JSON.parse(
    await guest.qemuMonitorCommand(JSON.stringify({ execute, arguments: parameters })),
  );
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  return isObject(answer) && isObject(answer.return) ? answer.return : {};
}

function windowOf(durationMs: number, mebibytesPerSecond: number, sampledPages: number | undefined): DirtyWindow {
  const dirtiedBytes = (mebibytesPerSecond * MEBIBYTE * durationMs) / 1000;
  return { durationMs, dirtiedBytes, ...(sampledPages === undefined ? {} : { sampledPages }) };
}
