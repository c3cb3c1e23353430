import type { MigrateOptions } from '../../../lib/migration/index.js';
import type { Reading } from './meter.js';

/** What the process under measurement is told. Plain data: it goes from process to process. */
export type Order =
  /** Start measuring, and these migrations all at once. */
  | { readonly kind: 'begin'; readonly moves: readonly MigrateOptions[] }
  /** Wait for the migrations, and report. */
  | { readonly kind: 'end' };

/** What it answers to `end`. */
export interface Answer {
  reading: Reading;
  /** Why migrations did not complete. */
  failures: string[];
}
