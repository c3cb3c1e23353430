import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { PrecopyError } from '../../lib/errors.js';
import type { Run } from '../engine/run.js';
import type { Plan, Side } from './plan.js';
import type { SelfTest } from './self-test.js';
import type { Surroundings } from './surroundings.js';

export const LOG_VERSION = 1;

/** One migration and its place in the plan. */
export interface LoggedRun {
  readonly scenario: string;
  readonly side: Side;
  /** From 0. */
  readonly round: number;
  readonly run: Run;
}

/** A line of the file that a benchmark is written down in as it goes. */
export type LogEntry =
  | { readonly type: 'plan'; readonly version: number; readonly startedAt: string; readonly plan: Plan }
  /** Where it goes on; once for each start, since a resumed one may be on another machine. */
  | ({ readonly type: 'surroundings' } & Surroundings)
  | ({ readonly type: 'selfTest' } & SelfTest)
  | ({ readonly type: 'run'; readonly at: string } & LoggedRun);

/** All that is known of a benchmark, finished or not. */
export interface Log {
  readonly startedAt: string;
  readonly plan: Plan;
  readonly surroundings: Surroundings | undefined;
  readonly selfTest: SelfTest | undefined;
  readonly runs: readonly LoggedRun[];
}

/** Writes a benchmark down, a line for each thing that is known: a crash loses nothing but the run that was under way. */
export class LogWriter implements Disposable {
  readonly #file: number;

  /** Goes on with a file, or begins one. */
  constructor(path: string) {
    try {
      this.#file = openSync(path, 'a');
    } catch (cause) {
      throw logError(path, `cannot be written: ${String(cause)}`, cause);
    }
  }

  write(entry: LogEntry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    fsyncSync(this.#file);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** @throws PrecopyError `ERR_PRECOPY_BENCH_FILE` when the file cannot be read or is none of ours */
export function readLog(path: string): Log {
  try {
    return parseLog(readFileSync(path, 'utf8'), path);
  } catch (cause) {
    throw cause instanceof PrecopyError ? cause : logError(path, `cannot be read: ${String(cause)}`, cause);
  }
}

/**
 * Reads a log up to where it was cut off. Of a run that is there twice the later one counts: an interrupted round is measured anew.
 *
 * @throws PrecopyError `ERR_PRECOPY_BENCH_FILE` with the number of the line that is no JSON or has no place there
 */
export function parseLog(text: string, path: string): Log {
  const [first, ...entries] = text.split('\n').flatMap((line, index, lines) => {
    // What follows the last line break was being written when it ended.
    return line === '' || index === lines.length - 1 ? [] : [parseLine(line, index + 1, path)];
  });
  if (first?.type !== 'plan') throw logError(path, 'does not begin with a plan');
  if (first.version !== LOG_VERSION) throw logError(path, `is of version ${first.version}, not ${LOG_VERSION}`);
  const runs = new Map<string, LoggedRun>();
  let surroundings: Surroundings | undefined;
  let selfTest: SelfTest | undefined;
  for (const entry of entries) {
    if (entry.type === 'run') runs.set(`${entry.scenario} ${entry.round} ${entry.side}`, entry);
    else if (entry.type === 'surroundings') surroundings = entry;
    else if (entry.type === 'selfTest') selfTest = entry;
  }
  return { startedAt: first.startedAt, plan: first.plan, surroundings, selfTest, runs: [...runs.values()] };
}

function parseLine(line: string, number: number, path: string): LogEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw logError(path, `line ${number} is no JSON`, cause);
  }
  if (typeof value !== 'object' || value === null || !('type' in value))
    throw logError(path, `line ${number} is no entry`);
  // The first entry's version says that the rest is of this shape, as we wrote it.
  return value as LogEntry;
}

function logError(path: string, what: string, cause?: unknown): PrecopyError {
  return new PrecopyError('ERR_PRECOPY_BENCH_FILE', `${path}: ${what}.`, {
    ...(cause === undefined ? {} : { cause }),
    remedy: 'Give the .ndjson file that a benchmark has written, or begin anew without --resume.',
  });
}
