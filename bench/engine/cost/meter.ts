import { stat } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile } from '../../statistics.js';

/** The timer by which the event loop's delay is measured, in milliseconds; Node's figures contain it. */
const RESOLUTION_MS = 1;
const STAT_INTERVAL_MS = 5;

/** What a process felt while something went on in it. */
export interface Reading {
  elapsedMs: number;
  /** Of all its threads. */
  cpuMs: number;
  loopDelayP99Ms: number;
  /** Of `fs.stat`, which needs a thread of libuv's pool. */
  statP99Ms: number;
}

/** Measures this process until it is stopped. */
export class Meter {
  readonly #startMs = performance.now();
  readonly #cpuAtStart = process.cpuUsage();
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #statsMs: number[] = [];
  readonly #stop = new AbortController();
  readonly #probing: Promise<void>;

  constructor() {
    this.#loop.enable();
    this.#probing = this.#probe();
  }

  async stop(): Promise<Reading> {
    this.#loop.disable();
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    const elapsedMs = performance.now() - this.#startMs;
    this.#stop.abort();
    await this.#probing;
    return {
      elapsedMs,
      cpuMs: (user + system) / 1000,
      loopDelayP99Ms: Math.max(0, this.#loop.percentile(99) / 1e6 - RESOLUTION_MS),
      statP99Ms: quantile(this.#statsMs, 0.99),
    };
  }

  async #probe(): Promise<void> {
    const file = fileURLToPath(import.meta.url);
    while (!this.#stop.signal.aborted) {
      const startMs = performance.now();
      await stat(file);
      this.#statsMs.push(performance.now() - startMs);
      await delay(STAT_INTERVAL_MS);
    }
  }
}
