import { dirtyAfter, explainBoth, windowsOfPasses } from '../forecast/index.js';
import { type Domain, LibvirtError } from '../libvirt/index.js';
import type { Escalation, Situation } from '../policy/index.js';
import { withDeadline } from './deadline.js';
import { dirtyMeterOf } from './dirty-meter.js';
import { guestHistoryOf, type PairHistory } from './history.js';
import type { Expectation } from './options.js';

/** The dirty rate is measured before the start in no more than this, in milliseconds: libvirt's shortest window. */
const MOST_MEASURING_MS = 1000;

/**
 * What is known of link and guest before the start. The dirty rate is measured only where the throttle may be computed from it, since
 * it takes a second, or less through the monitor, and libvirt refuses it once the job runs.
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
  const memoryTotalBytes = maxMemoryKibibytes * 1024;
  const linkBytesPerSecond = expect.linkBytesPerSecond ?? known?.linkBytesPerSecond;
  const dirtiedBytesPerSecond =
    expect.dirtiedBytesPerSecond ??
    (escalate.includes('throttle') ? await measureDirtyRate(guest, memoryTotalBytes, callMs) : undefined);
  return {
    memoryTotalBytes,
    diskTotalBytes: 0,
    ...(linkBytesPerSecond === undefined ? {} : { linkBytesPerSecond }),
    ...(dirtiedBytesPerSecond === undefined ? {} : { dirtiedBytesPerSecond }),
  };
}

/**
 * In bytes per second; undefined where QEMU cannot tell. A second of sampling is off by an eighth: the passes in which the guest ran unthrottled
 * when it was moved last say more, as long as it is still as it was.
 */
async function measureDirtyRate(guest: Domain, memoryBytes: number, callMs: number): Promise<number | undefined> {
  try {
    const measuring = dirtyMeterOf(guest).then((meter) => meter.measure(meter.quickMs));
    const window = await withDeadline(measuring, callMs + MOST_MEASURING_MS, 'Measuring the dirty rate');
    if (window === undefined) return undefined;
    const unthrottled = (guestHistoryOf(guest.uuid)?.passes ?? []).filter(({ throttle }) => throttle === 0);
    const earlier = windowsOfPasses(unthrottled, { followsCpu: false, standstillMs: 0 });
    if (earlier.length === 0) return (window.dirtiedBytes / window.durationMs) * 1000;
    return dirtyAfter(0, explainBoth([window], earlier, memoryBytes).set, 'sweep', 1000);
  } catch (error) {
    if (error instanceof LibvirtError) return undefined;
    throw error;
  }
}
