import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InvalidArgumentError } from '../errors.js';
import { problemOf } from '../policy/shape.js';
import { TraceError } from './error.js';
import { TRACE_VERSION, type TraceEntry } from './format.js';
import { linesOf } from './lines.js';
import { ENTRY_SHAPE, isKnownType } from './shape.js';

/** How much of a file is read at once, in bytes. */
const CHUNK_BYTES = 256 * 1024;

/** What every trace begins with, even one that was cut off within its first line. */
const BEGINNING = '{"type":"trace"';

/**
 * Reads a trace, also while it is written, entry by entry: it may be longer than the memory is large.
 *
 * One that was cut off is read up to the cut, wherever that is. Entries of types that this precopy does not know are left out, and
 * fields that it does not know are kept: a later one may write more within the same version of the format.
 *
 * @param source - the file, or a stream of its bytes
 * @throws TraceError (`ERR_PRECOPY_TRACE`) with the line's number and what is wrong with it, when it is no trace or damaged elsewhere
 * than at its end
 */
export async function* readTrace(source: string | Readable): AsyncGenerator<TraceEntry, void, undefined> {
  for await (const batch of readBatches(source)) yield* batch;
}

/** The same, as many entries at once as were read at once: one by one, hours of trace cost more to hand over than to read. */
export async function* readBatches(source: string | Readable): AsyncGenerator<TraceEntry[], void, undefined> {
  const name = typeof source === 'string' ? source : 'the trace';
  const stream = typeof source === 'string' ? createReadStream(source, { highWaterMark: CHUNK_BYTES }) : source;
  let hasBegun = false;
  for await (const { lines, firstNumber, isTorn } of linesOf(failingAs(name, stream), name)) {
    const entries: TraceEntry[] = [];
    for (const [index, line] of lines.entries()) {
      const isFirst = !hasBegun;
      hasBegun = true;
      const parsed = parseLine(line, isFirst);
      if (typeof parsed !== 'string') {
        if (isKnownType(parsed.type)) entries.push(parsed);
      } else if (!isTorn || (isFirst && !mayBecomeTrace(line))) {
        yield entries;
        throw new TraceError(name, firstNumber + index, parsed);
      }
    }
    yield entries;
  }
  if (!hasBegun) throw new TraceError(name, 1, 'the file is empty, and so is no trace');
}

/** An entry out of its line, or what is wrong with it. Pure. */
export function parseLine(line: string, isFirst: boolean): TraceEntry | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return line.trim() === '' ? 'it is empty' : `it is not JSON: ${error instanceof Error ? error.message : error}`;
  }
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (isFirst && type !== 'trace') return 'this is no trace, which begins with an entry of type trace';
  if (!isFirst && type === 'trace') return 'another trace begins here, and a file holds one';
  const version = isFirst ? versionOf(value) : TRACE_VERSION;
  if (version !== TRACE_VERSION) return `the trace has version ${version}, and this precopy reads ${TRACE_VERSION}`;
  const problem = problemOf(ENTRY_SHAPE, value);
  // The shape holds for it, and describes the type.
  if (problem === undefined) return value as TraceEntry;
  return new InvalidArgumentError(problem.place || 'it', problem.value, problem.allowed).message;
}

function versionOf(value: unknown): unknown {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  // Anything else than a number is said by the shape.
  return typeof version === 'number' ? version : TRACE_VERSION;
}

function mayBecomeTrace(line: string): boolean {
  return line.startsWith(BEGINNING) || BEGINNING.startsWith(line);
}

async function* failingAs(name: string, stream: Readable): AsyncGenerator<Buffer | string> {
  try {
    yield* stream;
  } catch (cause) {
    throw new TraceError(
      name,
      undefined,
      `it cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    );
  }
}
