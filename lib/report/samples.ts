import type { TraceEntry } from '../trace/format.js';

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

/** All samples of a run, column by column: hours of them fit into memory, and into a loop. */
export type Samples = Readonly<Record<SampleColumn, Float64Array>>;

// The keys of a constant object are its type's.
const NAMES = Object.keys(COLUMNS) as SampleColumn[];

/** Collects samples as they come. */
export class SampleCollector {
  #columns: Record<SampleColumn, Float64Array> = columnsOf((): Float64Array => new Float64Array(1024));
  #length = 0;
  #isInOrder = true;

  add(sample: SampleEntry): void {
    if (this.#length === this.#columns.atMs.length) this.#grow();
    if (this.#length > 0 && sample.atMs < (this.#columns.atMs[this.#length - 1] ?? 0)) this.#isInOrder = false;
    for (const name of NAMES) this.#columns[name][this.#length] = COLUMNS[name](sample) ?? Number.NaN;
    this.#length += 1;
  }

  /** All of them, in the order of time. */
  get samples(): Samples {
    const cut = columnsOf((name) => this.#columns[name].slice(0, this.#length));
    const samples = this.#isInOrder ? cut : inOrder(cut);
    return { ...samples, sentBytesPerSecond: speeds(samples.atMs, samples.processedBytes) };
  }

  #grow(): void {
    const columns = this.#columns;
    this.#columns = columnsOf((name) => {
      const longer = new Float64Array(columns[name].length * 2);
      longer.set(columns[name]);
      return longer;
    });
  }
}

function inOrder(samples: Samples): Samples {
  const order = [...samples.atMs.keys()].sort((a, b) => (samples.atMs[a] ?? 0) - (samples.atMs[b] ?? 0));
  return columnsOf((name) => Float64Array.from(order, (index) => samples[name][index] ?? Number.NaN));
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

function columnsOf(column: (name: SampleColumn) => Float64Array): Record<SampleColumn, Float64Array> {
  // All names are there, which Object.fromEntries does not say.
  return Object.fromEntries(NAMES.map((name) => [name, column(name)])) as Record<SampleColumn, Float64Array>;
}
