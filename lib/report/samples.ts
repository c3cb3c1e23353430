import type { TraceEntry } from '../trace/format.js';

type SampleEntry = Extract<TraceEntry, { type: 'sample' }>;

/** What is kept of a sample; a column of numbers each, NaN where there is none. */
const COLUMNS = {
  atMs: (sample) => sample.atMs,
  remainingBytes: (sample) => sample.memoryRemainingBytes + sample.diskRemainingBytes,
  sentBytesPerSecond: (sample) => sample.sentBytesPerSecond,
  dirtiedBytesPerSecond: (sample) => sample.dirtiedBytesPerSecond,
  expectedPauseMs: (sample) => sample.expectedPauseMs,
  downtimeLimitMs: (sample) => sample.downtimeLimitMs,
  bandwidthBytesPerSecond: (sample) => sample.bandwidthBytesPerSecond,
  /** The part of its CPU time that the guest is left with, 0..1. */
  cpuShare: (sample) => (sample.paused ? 0 : 1 - sample.throttle),
  postCopy: (sample) => (sample.postCopyActive ? 1 : 0),
} as const satisfies Readonly<Record<string, (sample: SampleEntry) => number | undefined>>;

export type SampleColumn = keyof typeof COLUMNS;

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
    if (this.#isInOrder) return cut;
    const order = [...cut.atMs.keys()].sort((a, b) => (cut.atMs[a] ?? 0) - (cut.atMs[b] ?? 0));
    return columnsOf((name) => Float64Array.from(order, (index) => cut[name][index] ?? Number.NaN));
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

function columnsOf(column: (name: SampleColumn) => Float64Array): Record<SampleColumn, Float64Array> {
  // All names are there, which Object.fromEntries does not say.
  return Object.fromEntries(NAMES.map((name) => [name, column(name)])) as Record<SampleColumn, Float64Array>;
}
