import type { MigrationResult } from '../migration/index.js';

/** The exit codes of the command line; the README has them as a table. */
export const EXIT_CODES = {
  completed: 0,
  failed: 1,
  usage: 2,
  cancelled: 3,
  ownerInDoubt: 4,
  interrupted: 130,
} as const;

/** A migration's exit code: a doubt about the owner outweighs everything else. */
export function exitCodeOf(result: MigrationResult): number {
  if (result.outcome === 'completed') return EXIT_CODES.completed;
  if (result.owner !== 'source' && result.phases.some(({ phase }) => phase === 'prepare'))
    return EXIT_CODES.ownerInDoubt;
  return result.outcome === 'cancelled' ? EXIT_CODES.cancelled : EXIT_CODES.failed;
}
