import type { MigrationResult, Resolution } from '../migration/index.js';

/** The exit codes of the command line; the README has them as a table. */
export const EXIT_CODES = {
  /** What was asked for is done. */
  completed: 0,
  /** It is not; nothing is in doubt, and a migration's guest is on the source. */
  failed: 1,
  /** Nothing was touched. */
  usage: 2,
  /** A migration was cancelled as asked; the guest is on the source. */
  cancelled: 3,
  /** It cannot be proven that the guest is on one side alone: a person has to look. */
  ownerInDoubt: 4,
  /** The command has left a migration to itself. */
  detached: 5,
  interrupted: 130,
} as const;

/** What a migration's exit code depends on. */
export type Ending = Pick<MigrationResult, 'mode' | 'outcome' | 'owner'> & {
  readonly phases: readonly Pick<MigrationResult['phases'][number], 'phase'>[];
};

/** A migration's exit code: a doubt about the owner outweighs everything else, and there is none where only a definition was to be moved. */
export function exitCodeOf({ mode, outcome, owner, phases }: Ending): number {
  if (outcome === 'completed') return EXIT_CODES.completed;
  const isTouched = mode !== 'offline' && phases.some(({ phase }) => phase === 'prepare');
  if (owner !== 'source' && isTouched) return EXIT_CODES.ownerInDoubt;
  return outcome === 'cancelled' ? EXIT_CODES.cancelled : EXIT_CODES.failed;
}

/** For `precopy abort`: success is that the guest stayed. */
export function exitCodeOfAbort(result: Ending): number {
  const code = exitCodeOf(result);
  if (code === EXIT_CODES.cancelled) return EXIT_CODES.completed;
  return code === EXIT_CODES.ownerInDoubt ? code : EXIT_CODES.failed;
}

/** For `precopy resolve`: settled, something left to be done by another call, or a person's case. */
export function exitCodeOfResolution({ verdict, actions, remedy }: Resolution): number {
  if (remedy === undefined) return EXIT_CODES.completed;
  const isLeftToDo = verdict === 'under-way' || actions.some(({ outcome }) => outcome === 'planned');
  return isLeftToDo && verdict !== 'split-brain' ? EXIT_CODES.failed : EXIT_CODES.ownerInDoubt;
}
