import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { JobStats } from '../libvirt/index.js';
import type { MigrationSample } from './events.js';

/** A job's statistics and the moment of which they are. */
export interface Reading {
  atMs: number;
  stats: JobStats;
}

/** Turns two successive readings into a sample; the first one has no rate yet. Pure. */
export function sampleOf(reading: Reading, previous: Reading | undefined): MigrationSample {
  const { stats } = reading;
  const processed = stats.memoryProcessedBytes ?? 0;
  const elapsedMs = previous === undefined ? 0 : reading.atMs - previous.atMs;
  const difference = processed - (previous?.stats.memoryProcessedBytes ?? 0);
  return {
    memoryTotalBytes: stats.memoryTotalBytes ?? 0,
    memoryRemainingBytes: stats.memoryRemainingBytes ?? 0,
    memoryProcessedBytes: processed,
    sentBytesPerSecond: elapsedMs > 0 ? Math.max(0, Math.round((difference / elapsedMs) * 1000)) : 0,
    measuredBytesPerSecond: stats.memoryBytesPerSecond || undefined,
    dirtiedBytesPerSecond: (stats.memoryDirtyPagesPerSecond ?? 0) * (stats.memoryPageBytes ?? 4096),
    // QEMU's estimate means nothing while the first pass still runs: there was no sync yet that could have found dirty pages.
    expectedPauseMs: (stats.memoryIteration ?? 0) > 1 ? stats.downtimeMs : undefined,
    throttle: (stats.autoConvergeThrottlePercent ?? 0) / 100,
    syncs: stats.memoryIteration ?? 0,
    diskTotalBytes: stats.diskTotalBytes ?? 0,
    diskRemainingBytes: stats.diskRemainingBytes ?? 0,
  };
}

/** QEMU may keep a question waiting for up to a second, and answers with what is true then; what takes no longer than this, it answers at once. */
const KEPT_WAITING_MS = 50;

export interface SamplerOptions {
  /** How long to the next sample, in milliseconds; asked each time, since it matters more near the end. */
  intervalMs: () => number;
  /** Asks for the job's statistics; undefined when there is no job (any more). */
  read: () => Promise<JobStats | undefined>;
  atMs: () => number;
  onReading: (stats: JobStats, sample: MigrationSample, atMs: number) => void;
}

/** Samples a job until it is stopped; never more than one call in flight, however slow the daemon is. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #stop = new AbortController();
  #kick = new AbortController();

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  /** Runs until `stop()`; resolves then. */
  async run(): Promise<void> {
    const { intervalMs, read, atMs, onReading } = this.#options;
    let previous: Reading | undefined;
    while (!this.#stop.signal.aborted) {
      // Made anew before the call: what happens while it is out may not be in its answer.
      this.#kick = new AbortController();
      const startedMs = atMs();
      const stats = await read();
      if (this.#stop.signal.aborted) return;
      if (stats !== undefined) {
        const answeredMs = atMs();
        const reading = { atMs: answeredMs - startedMs > KEPT_WAITING_MS ? answeredMs : startedMs, stats };
        onReading(stats, sampleOf(reading, previous), reading.atMs);
        previous = reading;
      }
      const leftMs = Math.max(0, intervalMs() - (atMs() - startedMs));
      await sleep(leftMs, AbortSignal.any([this.#stop.signal, this.#kick.signal]));
    }
  }

  /** Takes the next sample now, without waiting for its turn: something has just happened. */
  kick(): void {
    this.#kick.abort();
  }

  stop(): void {
    this.#stop.abort();
  }
}

/** Resolves after the time or as soon as the signal aborts, whichever comes first. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return setTimeoutPromise(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}
