import { fileURLToPath } from 'node:url';
import { collectRun, type Run } from '../../lib/report/index.js';
import { readTrace, type TraceEntry } from '../../lib/trace/index.js';

/** The path of a recorded trace, by its name. */
export function recordedPath(name: string): string {
  return fileURLToPath(new URL(`../../../test/fixtures/traces/${name}.ndjson`, import.meta.url));
}

/** All entries of a recorded trace. */
export async function recordedEntries(name: string): Promise<TraceEntry[]> {
  const entries: TraceEntry[] = [];
  for await (const entry of readTrace(recordedPath(name))) entries.push(entry);
  return entries;
}

/** A recorded trace as a report sees it. */
export async function recordedRun(name: string): Promise<Run> {
  return collectRun(name, readTrace(recordedPath(name)));
}
