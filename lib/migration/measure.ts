import { type Domain, LibvirtError } from '../libvirt/index.js';
import type { Escalation, Situation } from '../policy/index.js';
import { withDeadline } from './deadline.js';
import { dirtyMeterOf } from './dirty-meter.js';
import type { PairHistory } from './history.js';
import type { Expectation } from './options.js';

/** How long the dirty rate is measured before the start, in milliseconds: libvirt's shortest. */
const MEASURE_MS = 1000;

/**
 * What is known of link and guest before the start. The dirty rate is measured only where the throttle may be computed from it, since
 * it takes a second and libvirt refuses it once the job runs.
 *
 * @param callMs - the deadline of each answer
 */
export async function measure(
  guest: Domain,
  expect: Expectation,
  escalate: readonly Escalation[],
  known: PairHistory | undefined,
  callMs: number,
): Promise<Pick<Situation, 'memoryTotalBytes' | 'diskTotalBytes' | 'linkBytesPerSecond' | 'dirtiedBytesPerSecond'>> {
  const { maxMemoryKibibytes } = await withDeadline(guest.getInfo(), callMs, "Asking for the guest's memory");
  const linkBytesPerSecond = expect.linkBytesPerSecond ?? known?.linkBytesPerSecond;
  const dirtiedBytesPerSecond =
    expect.dirtiedBytesPerSecond ?? (escalate.includes('throttle') ? await measureDirtyRate(guest, callMs) : undefined);
  return {
    memoryTotalBytes: maxMemoryKibibytes * 1024,
    diskTotalBytes: 0,
    ...(linkBytesPerSecond === undefined ? {} : { linkBytesPerSecond }),
    ...(dirtiedBytesPerSecond === undefined ? {} : { dirtiedBytesPerSecond }),
  };
}

/** In bytes per second; undefined where QEMU cannot tell. */
async function measureDirtyRate(guest: Domain, callMs: number): Promise<number | undefined> {
  try {
    const measuring = dirtyMeterOf(guest).then((meter) => meter.measure(MEASURE_MS));
    const window = await withDeadline(measuring, callMs + MEASURE_MS, 'Measuring the dirty rate');
    return window && (window.dirtiedBytes / window.durationMs) * 1000;
  } catch (error) {
    if (error instanceof LibvirtError) return undefined;
    throw error;
  }
}
