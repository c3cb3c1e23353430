import type { Migration, MigrationResult, Phase } from '../migration/index.js';
import { displayOn, type Shown, SILENT } from './display.js';
import { EXIT_CODES } from './exit-codes.js';
import { Interrupt } from './interrupt.js';
import { toJson } from './json.js';
import { complain } from './say.js';
import { inFlags } from './words.js';

export interface FollowOptions {
  readonly about: Shown;
  readonly json: boolean;
  /** Starts it; whoever starts it may show lines of his own. */
  readonly start: (signal: AbortSignal, say: (line: string) => void) => Migration;
  /** What is said when Ctrl-C comes twice in a phase: what becomes of the migration without this command, and how to go on. */
  readonly whenLeft: (phase: Phase | undefined) => string;
}

/**
 * Follows a migration to its end on a terminal or in a pipe: progress on stderr, or every event as a line of JSON on stdout. The first
 * Ctrl-C asks to abort, the second one leaves the migration to itself and ends this process.
 */
export async function follow({ about, json, start, whenLeft }: FollowOptions): Promise<MigrationResult> {
  const display = json ? SILENT : displayOn(process.stderr, about);
  let phase: Phase | undefined;
  using interrupt = new Interrupt(() => {
    const message = whenLeft(phase);
    display.close();
    if (json) process.stdout.write(`${toJson({ type: 'detached', message })}\n`);
    complain(message);
    process.exit(EXIT_CODES.detached);
  });
  interrupt.signal.addEventListener('abort', () =>
    display.say('asked to abort; once more with Ctrl-C leaves the migration to itself'),
  );
  try {
    const migration = start(interrupt.signal, (line) => display.say(line));
    for await (const event of migration) {
      if (event.type === 'phase') phase = event.phase;
      if (json) process.stdout.write(`${toJson(event)}\n`);
      else display.show(event);
    }
    return await migration.outcome;
  } finally {
    display.close();
  }
}

/** Says why a migration did not complete, and what to do. */
export function tellError({ error }: MigrationResult): void {
  if (error === undefined) return;
  complain(`precopy: ${inFlags(error.message)}`);
  if (error.remedy !== undefined) complain(inFlags(error.remedy));
}
