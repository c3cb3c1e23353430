import type { DirtyWindow } from '../forecast/index.js';
import { type Domain, DomainStatsTypes } from '../libvirt/index.js';
import { dirtyMeterOf } from './dirty-meter.js';

/** What was seen of a running guest in a few seconds. */
export interface GuestGauge {
  readonly memoryBytes: number;
  /** Of its QEMU, what is in the host's memory; undefined where libvirt does not say. */
  readonly residentBytes: number | undefined;
  /** The share of the time in which its virtual CPUs ran or waited for a processor of a busy host, 0..1; undefined where libvirt does not say. */
  readonly busyShare: number | undefined;
  readonly windows: readonly DirtyWindow[];
}

/** Watches a guest for a few seconds and changes nothing. libvirt: virDomainListGetStats, virDomainStartDirtyRateCalc. */
export async function gaugeGuest(guest: Domain): Promise<GuestGauge> {
  const meter = await dirtyMeterOf(guest);
  const before = await readStats(guest);
  const windows: DirtyWindow[] = [];
  for (const windowMs of meter.windowsMs) {
    const window = await meter.measure(windowMs);
    if (window !== undefined) windows.push(window);
  }
  const after = await readStats(guest);
  const passedMs = after.atMs - before.atMs;
  const { vcpus, memoryBytes, residentBytes } = after;
  return {
    ...{ memoryBytes, residentBytes, windows },
    busyShare:
      before.busyMs === undefined || after.busyMs === undefined
        ? undefined
        : Math.min((after.busyMs - before.busyMs) / (passedMs * vcpus), 1),
  };
}

async function readStats(guest: Domain) {
  const { values } = await guest.getStats(DomainStatsTypes.VCPU | DomainStatsTypes.BALLOON);
  const times = vcpuTimesNs(values, 'time');
  // Since libvirt 7.2; a guest that waits for a processor would run if it could.
  const delays = vcpuTimesNs(values, 'delay');
  const resident = Number(values['balloon.rss'] ?? (await guest.memoryStats()).rss);
  return {
    atMs: performance.now(),
    vcpus: Math.max(times.length, 1),
    busyMs: times.length === 0 ? undefined : [...times, ...delays].reduce((sum, ns) => sum + ns, 0) / 1e6,
    memoryBytes: Number(values['balloon.maximum'] ?? (await guest.getInfo()).maxMemoryKibibytes) * 1024,
    residentBytes: Number.isNaN(resident) ? undefined : resident * 1024,
  };
}

/** One figure for each virtual CPU, in nanoseconds. */
function vcpuTimesNs(values: Record<string, unknown>, name: 'time' | 'delay'): number[] {
  const pattern = new RegExp(`^vcpu\\.\\d+\\.${name}$`);
  return Object.entries(values).flatMap(([key, value]) => (pattern.test(key) ? [Number(value)] : []));
}
