import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { readTrace, type TraceEntry } from '../../lib/trace/index.js';

const DIRECTORY = fileURLToPath(new URL('../../../test/fixtures/traces/', import.meta.url));

/** The recorded traces: of real migrations in the lab, and some that were simulated. */
export const RECORDED = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.ndjson'))
  .map((name) => ({ name, path: join(DIRECTORY, name) }));

export function recorded(name: string): string {
  return join(DIRECTORY, `${name}.ndjson`);
}

export function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

/** Reads a trace out of its text, in pieces of the given size. */
export function readText(text: string | Buffer, pieceBytes = 64 * 1024): Promise<TraceEntry[]> {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  return readAll(Readable.from(pieces));
}

export async function readAll(source: string | Readable): Promise<TraceEntry[]> {
  const entries: TraceEntry[] = [];
  for await (const entry of readTrace(source)) entries.push(entry);
  return entries;
}

/** A path for a new trace, in a directory that goes with the test. */
export function newTrace(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'precopy-trace-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'run.ndjson');
}
