import { arch, release, type as systemName } from 'node:os';
import type { CallTrace } from '../libvirt/index.js';
import {
  TRACE_VERSION,
  type TraceCall,
  type TraceEntry,
  type TraceEntryType,
  type TraceHeader,
  type TraceOptions,
  type TraceResult,
} from '../trace/format.js';
import { TraceWriter } from '../trace/writer.js';
import { VERSION } from '../version.js';
import { recordCalls } from './call-recorder.js';
import type { Clock } from './clock.js';
import { withDeadline } from './deadline.js';
import type { MigrationEvent, Role } from './events.js';
import { HOOK_NAMES } from './hooks.js';
import type { Observation } from './observer.js';
import type { ResolvedOptions } from './options.js';
import type { MigrationResult } from './result.js';
import { secretsOf, withoutPassword, withoutSecrets, withoutWords } from './secrets.js';
import { uriOf } from './side.js';

/** They are many, and hold nothing but numbers. */
const HARMLESS: ReadonlySet<TraceEntryType> = new Set(['sample', 'observer']);

/** Writes a run into its trace, where it has one. A disk that is full ends the trace, not the migration. */
export class Tracer {
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #onEnd: (why: string) => void;
  readonly #secrets: readonly string[];
  #writer: TraceWriter | undefined;
  #hasEnded = false;

  /** @param onEnd - told when the trace cannot be written any more, and why */
  constructor(options: ResolvedOptions, clock: Clock, onEnd: (why: string) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#secrets = [options.source, options.destination].flatMap(secretsOf);
  }

  /** Runs `work`, whose calls into libvirt are written down. What is done in an event of libvirt's is not known to belong to it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#options.trace === undefined) return work();
    return recordCalls((call) => this.#write(this.#callEntry(call)), work);
  }

  /** @throws PrecopyError `ERR_PRECOPY_TRACE`: before anything is touched */
  async open(isAdopted: boolean): Promise<void> {
    const { trace } = this.#options;
    if (trace === undefined) return;
    this.#writer = await TraceWriter.create(trace, this.#onEnd);
    this.#write(headerOf(this.#options, this.#clock.startedAt, isAdopted));
  }

  /** Writes an event down; the end is the last line, whatever comes back later of calls that nobody has waited for. */
  note(event: MigrationEvent): void {
    if (this.#writer === undefined) return;
    this.#write(entryOf(event));
    this.#hasEnded ||= event.type === 'end';
  }

  /** Writes down what somebody outside has seen. */
  observe({ fromNs, toNs, beats, workPages, longestSilenceNs }: Observation): void {
    this.#write({
      ...{ type: 'observer', atMs: toMicroseconds(this.#clock.atMs(fromNs)) },
      ...{ durationMs: toMicroseconds(Number(toNs - fromNs) / 1e6), beats },
      ...(workPages === undefined ? {} : { workPages }),
      longestSilenceMs: toMicroseconds(Number(longestSilenceNs) / 1e6),
    });
  }

  /** Resolves when all is in the file, or it has taken too long: a disk that hangs must not keep the result back. */
  async close(): Promise<void> {
    const closing = this.#writer?.close() ?? Promise.resolve();
    await withDeadline(closing, this.#options.deadlines.callMs, 'Closing the trace').catch(() => {});
  }

  #write(entry: TraceEntry): void {
    if (this.#hasEnded) return;
    this.#writer?.write(HARMLESS.has(entry.type) ? entry : withoutWords(entry, this.#secrets));
  }

  #callEntry({ function: name, uri, durationMs = 0, error }: CallTrace): TraceCall {
    const side = this.#sideOf(uri);
    return {
      type: 'call',
      atMs: toMicroseconds(this.#clock.atMs() - durationMs),
      function: name,
      ...(side === undefined ? {} : { side }),
      durationMs: toMicroseconds(durationMs),
      ...(error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) }),
    };
  }

  #sideOf(uri: string): Role | undefined {
    const [source, destination] = [uriOf(this.#options.source), uriOf(this.#options.destination)];
    if (source === destination) return undefined;
    return withoutPassword(uri) === source ? 'source' : 'destination';
  }
}

/** An event as it is written down. Pure. */
function entryOf(event: MigrationEvent): TraceEntry {
  if (event.type === 'end') return { ...event, result: traceResultOf(event.result) };
  return event.type === 'forecast' ? { ...event, forecast: { ...event.forecast } } : event;
}

/** To the microsecond, which is more than enough, and shorter by half. */
function toMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

function headerOf(options: ResolvedOptions, startedAt: Date, isAdopted: boolean): TraceHeader {
  return {
    ...{ type: 'trace', version: TRACE_VERSION, atMs: 0, startedAt: startedAt.toISOString() },
    environment: {
      precopy: VERSION,
      node: process.version,
      kernel: `${systemName()} ${release()}`,
      architecture: arch(),
    },
    options: traceOptionsOf(options),
    isAdopted,
  };
}

/** The options that may be written down. Pure. */
export function traceOptionsOf(options: ResolvedOptions): TraceOptions {
  const { source, destination, policy, hooks, transport, destinationXml, ...more } = options;
  // A file need not say where it is, a signal and an observer are nothing to be written, and a forecast has a line of its own.
  const { trace: _trace, signal: _signal, observer: _observer, forecast: _forecast, ...rest } = more;
  const { peerUri, migrateUri } = transport;
  return {
    ...rest,
    source: withoutSecrets(source),
    destination: withoutSecrets(destination),
    policy: policy.name,
    hooks: HOOK_NAMES.filter((name) => hooks[name] !== undefined),
    transport: {
      ...transport,
      ...(peerUri === undefined ? {} : { peerUri: withoutPassword(peerUri) }),
      ...(migrateUri === undefined ? {} : { migrateUri: withoutPassword(migrateUri) }),
    },
    // Not the XML itself: the passwords of consoles stand in it.
    hasDestinationXml: destinationXml !== undefined,
  };
}

function traceResultOf(result: MigrationResult): TraceResult {
  // Decisions, warnings and the forecast have lines of their own, and the first line has the start.
  const { decisions: _decisions, warnings: _warnings, startedAt: _startedAt, forecast, error, ...rest } = result;
  const told: TraceResult = forecast === undefined ? rest : { ...rest, forecast: outcomeOf(forecast) };
  if (error === undefined) return told;
  const { code, message, remedy } = error;
  return { ...told, error: { code, message, ...(remedy === undefined ? {} : { remedy }) } };
}

function outcomeOf({ actual, error }: NonNullable<MigrationResult['forecast']>): NonNullable<TraceResult['forecast']> {
  return error === undefined ? { actual } : { actual, error };
}
