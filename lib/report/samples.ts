import type { TraceEntry } from '../trace/format.js';
import { ColumnCollector, type Columns } from './columns.js';

type SampleEntry = Extract<TraceEntry, { type: 'sample' }>;

/** What is kept of a sample; a column of numbers each, NaN where there is none. */
const COLUMNS = {
  atMs: (sample) => sample.atMs,
  /** None before QEMU has looked at the memory for the first time. */
  remainingBytes: ({ memoryRemainingBytes, diskRemainingBytes, memoryProcessedBytes }) => {
    const left = memoryRemainingBytes + diskRemainingBytes;
    return left === 0 && memoryProcessedBytes === 0 ? undefined : left;
  },
  processedBytes: (sample) => sample.memoryProcessedBytes,
  /** Computed anew over a longer time than from one sample to the next. */
  sentBytesPerSecond: () => undefined,
  /** None in the first pass, before QEMU has looked for dirty pages. */
  dirtiedBytesPerSecond: ({ dirtiedBytesPerSecond, expectedPauseMs }) =>
    dirtiedBytesPerSecond === 0 && expectedPauseMs === undefined ? undefined : dirtiedBytesPerSecond,
  expectedPauseMs: (sample) => sample.expectedPauseMs,
  downtimeLimitMs: (sample) => sample.downtimeLimitMs,
  bandwidthBytesPerSecond: (sample) => sample.bandwidthBytesPerSecond,
  /** The part of its CPU time that the guest is left with, 0..1. */
  cpuShare: (sample) => (sample.paused ? 0 : 1 - sample.throttle),
  postCopy: (sample) => (sample.postCopyActive ? 1 : 0),
} as const satisfies Readonly<Record<string, (sample: SampleEntry) => number | undefined>>;

export type SampleColumn = keyof typeof COLUMNS;

/** QEMU counts what it has sent every 100 ms: over less than this the difference of two counts is no speed, in milliseconds. */
const SPEED_MS = 250;

/** All samples of a run, column by column. */
export type Samples = Columns<SampleColumn>;

/** Collects samples as they come. */
export class SampleCollector {
  readonly #collector = new ColumnCollector<SampleEntry, SampleColumn>(COLUMNS);

  add(sample: SampleEntry): void {
    this.#collector.add(sample);
  }

  /** All of them, in the order of time. */
  get samples(): Samples {
    const { columns } = this.#collector;
    return { ...columns, sentBytesPerSecond: speeds(columns.atMs, columns.processedBytes) };
  }
}

/** The speed of the stream at each sample: what went over in the last quarter of a second. NaN before there is one. */
function speeds(atMs: Float64Array, processedBytes: Float64Array): Float64Array {
  let start = 0;
  return atMs.map((now, index) => {
    while ((atMs[start + 1] ?? now) <= now - SPEED_MS) start += 1;
    const elapsedMs = now - (atMs[start] ?? now);
    if (elapsedMs < SPEED_MS) return Number.NaN;
    return Math.max(0, (((processedBytes[index] ?? 0) - (processedBytes[start] ?? 0)) / elapsedMs) * 1000);
  });
}
