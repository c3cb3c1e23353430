/** The estimate of the link's speed and what it needs to go on. Plain data. */
export interface LinkRate {
  readonly atMs: number;
  readonly processedBytes: number;
  /** Between the last two samples, in bytes per second; undefined before there were two. */
  readonly rawBytesPerSecond: number | undefined;
  /** Smoothed over about `SMOOTHING_MS`, in bytes per second. */
  readonly bytesPerSecond: number | undefined;
}

/** QEMU refreshes its counters every 100 ms: ten of those even out what one of them happens to miss. */
const SMOOTHING_MS = 1000;
const REFRESH_MS = 100;

/**
 * Adds a sample of the processed bytes. Rates come from differences, since libvirt goes on reporting a speed when the link is dead; samples
 * that are closer together than QEMU's refresh are skipped, as they would show 0 or double the speed.
 */
export function addLinkSample(previous: LinkRate | undefined, atMs: number, processedBytes: number): LinkRate {
  if (previous === undefined || processedBytes < previous.processedBytes) {
    return { atMs, processedBytes, rawBytesPerSecond: undefined, bytesPerSecond: undefined };
  }
  const passedMs = atMs - previous.atMs;
  if (passedMs < REFRESH_MS) return previous;
  const raw = ((processedBytes - previous.processedBytes) / passedMs) * 1000;
  // The weight of a sample grows with the time that it covers, so that irregular sampling does not bias the mean.
  const weight = 1 - Math.exp(-passedMs / SMOOTHING_MS);
  const smoothed =
    previous.bytesPerSecond === undefined ? raw : previous.bytesPerSecond + weight * (raw - previous.bytesPerSecond);
  return { atMs, processedBytes, rawBytesPerSecond: raw, bytesPerSecond: smoothed };
}

/** Passes over a sample that says nothing about the link: the next one is compared with this, and the estimate stays. */
export function skipLinkSample(previous: LinkRate | undefined, atMs: number, processedBytes: number): LinkRate {
  const { rawBytesPerSecond, bytesPerSecond } = previous ?? {};
  return { atMs, processedBytes, rawBytesPerSecond, bytesPerSecond };
}

/**
 * The pause if the guest were stopped with so much to send, in milliseconds.
 *
 * @param fixedPauseMs - what a stop costs with nothing left to send
 */
export function expectedPauseMs(dirtyBytes: number, linkBytesPerSecond: number, fixedPauseMs: number): number {
  return fixedPauseMs + (dirtyBytes / linkBytesPerSecond) * 1000;
}

/** The fixed cost of a stop, as a finished migration shows it: what its pause had beyond the time for its last bytes, in milliseconds. */
export function fixedPauseMs(pauseMs: number, lastBytes: number, linkBytesPerSecond: number): number {
  return Math.max(0, pauseMs - (lastBytes / linkBytesPerSecond) * 1000);
}
