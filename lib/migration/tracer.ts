import { arch, release, type as systemName } from 'node:os';
import type { CallTrace } from '../libvirt/index.js';
import {
  TRACE_VERSION,
  type TraceCall,
  type TraceEntry,
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
import type { ResolvedOptions } from './options.js';
import type { MigrationResult } from './result.js';
import { secretsOf, withoutPassword, withoutSecrets, withoutWords } from './secrets.js';
import { uriOf } from './side.js';

/** Writes a run into its trace, where it has one. A disk that is full ends the trace, not the migration. */
export class Tracer {
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #onEnd: (why: string) => void;
  readonly #secrets: readonly string[];
  #writer: TraceWriter | undefined;

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

  /** Writes an event down. */
  note(event: MigrationEvent): void {
    if (this.#writer === undefined) return;
    this.#write(event.type === 'end' ? { ...event, result: traceResultOf(event.result) } : event);
  }

  /** Resolves when all is in the file, or it has taken too long: a disk that hangs must not keep the result back. */
  async close(): Promise<void> {
    const closing = this.#writer?.close() ?? Promise.resolve();
    await withDeadline(closing, this.#options.deadlines.callMs, 'Closing the trace').catch(() => {});
  }

  #write(entry: TraceEntry): void {
    // Samples are many, and hold nothing but numbers.
    this.#writer?.write(entry.type === 'sample' ? entry : withoutWords(entry, this.#secrets));
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
  // A file need not say where it is, and a signal is nothing to be written.
  const { trace: _trace, signal: _signal, ...rest } = more;
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
  // Decisions and warnings have lines of their own, and the first line has the start.
  const { decisions: _decisions, warnings: _warnings, startedAt: _startedAt, error, ...rest } = result;
  if (error === undefined) return rest;
  const { code, message, remedy } = error;
  return { ...rest, error: { code, message, ...(remedy === undefined ? {} : { remedy }) } };
}
