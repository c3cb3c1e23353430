import { type Domain, LibvirtError } from '../libvirt/index.js';
import type { Escalation, Situation } from '../policy/index.js';
import type { PairHistory } from './history.js';
import type { Expectation } from './options.js';
import { sleep } from './sampler.js';

/** How long the dirty rate is measured before the start, in seconds: libvirt's shortest. */
const MEASURE_SECONDS = 1;

/** How often the measurement is asked for its end, in milliseconds. */
const ASK_MS = 50;

const MEBIBYTE = 1024 * 1024;

/**
 * What is known of link and guest before the start. The dirty rate is measured only where the throttle may be computed from it, since
 * it takes a second and libvirt refuses it once the job runs. Page sampling, because the other ways want KVM.
 */
export async function measure(
  guest: Domain,
  expect: Expectation,
  escalate: readonly Escalation[],
  known: PairHistory | undefined,
): Promise<Pick<Situation, 'memoryTotalBytes' | 'diskTotalBytes' | 'linkBytesPerSecond' | 'dirtiedBytesPerSecond'>> {
  const { maxMemoryKibibytes } = await guest.getInfo();
  const linkBytesPerSecond = expect.linkBytesPerSecond ?? known?.linkBytesPerSecond;
  const dirtiedBytesPerSecond =
    expect.dirtiedBytesPerSecond ?? (escalate.includes('throttle') ? await measureDirtyRate(guest) : undefined);
  return {
    memoryTotalBytes: maxMemoryKibibytes * 1024,
    diskTotalBytes: 0,
    ...(linkBytesPerSecond === undefined ? {} : { linkBytesPerSecond }),
    ...(dirtiedBytesPerSecond === undefined ? {} : { dirtiedBytesPerSecond }),
  };
}

/** In bytes per second; undefined where QEMU cannot tell. libvirt: virDomainStartDirtyRateCalc. */
async function measureDirtyRate(guest: Domain): Promise<number | undefined> {
  try {
    await guest.startDirtyRateCalc(MEASURE_SECONDS);
    for (;;) {
      await sleep(ASK_MS);
      const rate = await guest.getDirtyRate();
      if (rate?.status === 'measured') return (rate.mebibytesPerSecond ?? 0) * MEBIBYTE;
      if (rate?.status !== 'measuring') return undefined;
    }
  } catch (error) {
    if (error instanceof LibvirtError) return undefined;
    throw error;
  }
}
