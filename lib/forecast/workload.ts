/** How a guest dirties its memory for some time. */
export interface DirtyRate {
  /** Bytes written per second, in whole pages, counting a page that is written twice twice. */
  readonly bytesPerSecond: number;
  /** The memory over which the writes are spread: the writable working set. */
  readonly setBytes: number;
}

export interface Segment extends DirtyRate {
  readonly durationMs: number;
}

/** A dirty-rate curve: what a guest does to its memory while it is migrated. */
export interface Workload {
  /** One after the other, and then from the first again. */
  readonly segments: readonly [Segment, ...Segment[]];
  /** What the rest of the guest dirties, every time another page: it is never worth waiting for. */
  readonly backgroundBytesPerSecond: number;
  /** A guest that computes dirties less when CPU time is taken from it; one that is paced by a clock or a network does not. */
  readonly followsCpu: boolean;
  /** Writes go round the set in order, so that none hits a page twice before all were hit, or anywhere in it. */
  readonly pattern: 'random' | 'sweep';
}

const FOREVER_MS = Number.POSITIVE_INFINITY;
const MEBIBYTE = 2 ** 20;
/** An idle Linux guest dirties about 300 pages a second. */
const IDLE_BYTES_PER_SECOND = 300 * 4096;

/** A guest that does nothing. */
export function idle(): Workload {
  return constant({ bytesPerSecond: IDLE_BYTES_PER_SECOND, setBytes: 4 * MEBIBYTE }, false, 'random');
}

/** Writes at a steady rate, round and round its set. */
export function steady(bytesPerSecond: number, setBytes = 256 * MEBIBYTE): Workload {
  return constant({ bytesPerSecond, setBytes }, false, 'sweep');
}

/** Rewrites its set as fast as it can. */
export function hot(setBytes = 256 * MEBIBYTE, bytesPerSecond = 4e9): Workload {
  return constant({ bytesPerSecond, setBytes }, true, 'sweep');
}

/** Dirties in proportion to the CPU time that it gets. */
export function compute(bytesPerSecond: number, setBytes = 768 * MEBIBYTE): Workload {
  return constant({ bytesPerSecond, setBytes }, true, 'sweep');
}

/** Changes between a burst and rest. */
export function burst(bytesPerSecond: number, burstMs: number, restMs: number, setBytes = 256 * MEBIBYTE): Workload {
  const quiet = { durationMs: restMs, bytesPerSecond: IDLE_BYTES_PER_SECOND, setBytes: 4 * MEBIBYTE };
  return {
    segments: [{ durationMs: burstMs, bytesPerSecond, setBytes }, quiet],
    backgroundBytesPerSecond: 0,
    followsCpu: true,
    pattern: 'sweep',
  };
}

function constant(rate: DirtyRate, followsCpu: boolean, pattern: Workload['pattern']): Workload {
  return { segments: [{ ...rate, durationMs: FOREVER_MS }], backgroundBytesPerSecond: 0, followsCpu, pattern };
}
