import type { Endpoint } from '../libvirt/index.js';
import type { ForecastOutcome, MigrationEvent, MigrationResult, Role } from '../migration/index.js';
import type { Budget, Escalation } from '../policy/index.js';

/** The format's version; a reader refuses others. Within a version entries and fields may be added, and none is changed or taken away. */
export const TRACE_VERSION = 1;

/** The options of a migration as they may be written down: no passwords, no functions, no domain XML (which may hold passwords). */
export interface TraceOptions {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** As it was asked for: name or UUID. */
  readonly domain: string;
  /** The policy's name. */
  readonly policy: string;
  readonly budget: Budget;
  readonly escalate: readonly Escalation[];
  /** The names of the hooks that were given. */
  readonly hooks: readonly string[];
  /** What else was given, under the names of `MigrateOptions`; dates as ISO 8601. */
  readonly [option: string]: unknown;
}

/** The first line. */
export interface TraceHeader {
  readonly type: 'trace';
  readonly version: number;
  /** 0: the clock of all entries starts here. */
  readonly atMs: number;
  /** The wall clock at that moment, ISO 8601. */
  readonly startedAt: string;
  /** What wrote it. */
  readonly environment: TraceEnvironment;
  readonly options: TraceOptions;
  /** The job was begun by another process and adopted in mid-run. */
  readonly isAdopted: boolean;
}

/** Where the controlling process ran. The hosts' versions are in the entry `connected`. */
export interface TraceEnvironment {
  /** Version of precopy. */
  readonly precopy: string;
  readonly node: string;
  /** Name and release of the operating system's kernel. */
  readonly kernel: string;
  readonly architecture: string;
}

/** What was forecast for the run, as `forecast()` gives it. */
export interface TraceForecast {
  readonly type: 'forecast';
  readonly atMs: number;
  readonly forecast: Readonly<Record<string, unknown>>;
}

/**
 * What an observer outside of both hosts received from the guest in a stretch of time. A stretch goes from the arrival of one beat to that of a later
 * one, the next begins where it ends, and a silence that is longer than the stretches around it is one by itself. The first ones are from
 * before the start of the run.
 */
export interface TraceObserver {
  readonly type: 'observer';
  /** The arrival of the beat that it begins with, which is not counted in it. */
  readonly atMs: number;
  /** Until the arrival of its last beat. */
  readonly durationMs: number;
  readonly beats: number;
  /** Work that the guest has done in it, in pages or in whatever else it counts; absent where it does not say. */
  readonly workPages?: number;
  /** The longest time from one beat to the next. */
  readonly longestSilenceMs: number;
}

/** A call into libvirt that has come back; one that never did is not there. */
export interface TraceCall {
  readonly type: 'call';
  /** When it was made. */
  readonly atMs: number;
  /** libvirt's function, such as `virDomainGetJobStats`. */
  readonly function: string;
  /** On which host; absent where both have the same URI. */
  readonly side?: Role;
  readonly durationMs: number;
  /** Why it failed; absent when it did not. */
  readonly error?: string;
}

/** How an error is written down. */
export interface WrittenError {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

type MeasuredSample = Extract<MigrationEvent, { type: 'sample' }>;

/** A sample; how far the run is and how it is doing is absent where nobody told it, as in a simulation. */
export type TraceSample = Omit<MeasuredSample, Prospects> & Partial<Pick<MeasuredSample, Prospects>>;

type Prospects = 'progress' | 'etaMs' | 'pace';

/** The result without what has entries of its own. */
export interface TraceResult
  extends Omit<MigrationResult, 'mode' | 'decisions' | 'warnings' | 'startedAt' | 'forecast' | 'error'> {
  /** Absent: `live`. */
  readonly mode?: MigrationResult['mode'];
  /** What came of the forecast, which has an entry of its own; absent where there is none. */
  readonly forecast?: Pick<ForecastOutcome, 'actual'> & Partial<Pick<ForecastOutcome, 'error'>>;
  readonly error?: WrittenError;
}

/** The last line of a run that came to its end; a trace without it is of a run that was cut off. */
export interface TraceEnd {
  readonly type: 'end';
  readonly atMs: number;
  readonly result: TraceResult;
}

/**
 * A line of a trace: what the migration said, as its events have it, and what only a trace has. What is undefined in an event is absent
 * from its line. `atMs` counts from the start of the run, on one monotonic clock for both hosts; events of the guest, passes and samples
 * are written when they are known, so that the times of neighbouring lines may be a little out of order.
 */
export type TraceEntry =
  | TraceHeader
  | TraceForecast
  | TraceObserver
  | TraceCall
  | TraceSample
  | Exclude<MigrationEvent, { type: 'sample' | 'forecast' | 'end' }>
  | TraceEnd;

export type TraceEntryType = TraceEntry['type'];
