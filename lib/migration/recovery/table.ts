import type { Row } from './row.js';
import { GONE } from './rows/gone.js';
import { HELD_BACK } from './rows/held-back.js';
import { POST_COPY } from './rows/post-copy.js';
import { RUNNING } from './rows/running.js';
import { SPLIT_BRAIN } from './rows/split-brain.js';
import { STOPPED } from './rows/stopped.js';
import { UNDER_WAY } from './rows/under-way.js';
import { UNPROVEN } from './rows/unproven.js';
import { type Look, type Standing, standingOf } from './standing.js';

/**
 * What to do after a fault, by how the guest stands on the source and on the destination. Every combination has exactly one row.
 *
 * No row resumes a guest unless the other host answers and does not have it; none destroys the only one, or one that may be the newer.
 */
export const RECOVERY_TABLE: readonly Row[] = [
  ...UNPROVEN,
  ...SPLIT_BRAIN,
  ...UNDER_WAY,
  ...RUNNING,
  ...STOPPED,
  ...HELD_BACK,
  ...GONE,
  ...POST_COPY,
];

/** The rows for a pair of standings: one, always. Exported so that a test can count. */
export function rowsFor(source: Standing, destination: Standing, destinationRan: boolean): Row[] {
  return RECOVERY_TABLE.filter(
    (row) =>
      row.source.includes(source) &&
      row.destination.includes(destination) &&
      (row.destinationRan ?? destinationRan) === destinationRan,
  );
}

/**
 * The row for what was seen. Pure.
 *
 * @example A guest that stands `paused (migration)` without a job on the source and runs on the destination: completed, and what is left
 *   on the source is destroyed.
 */
export function judge({ source, destination, destinationRan }: Look): Row {
  const [row] = rowsFor(standingOf(source), standingOf(destination), destinationRan);
  if (row === undefined) throw new TypeError('The recovery table has a row for every pair of standings.');
  return row;
}
