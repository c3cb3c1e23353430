#!/usr/bin/env node
import { CommanderError } from 'commander';
import { InvalidArgumentError, PrecopyError } from '../errors.js';
import { hooksEnded } from './command-hook.js';
import { EXIT_CODES } from './exit-codes.js';
import { precopyCommand } from './program.js';
import { complain } from './say.js';
import { inFlags } from './words.js';

/** What writing to a reader that went away fails with, and to a terminal that was closed. */
const UNREAD: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

// Whoever reads the output may stop reading; a migration goes on all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!UNREAD.has(error.code)) throw error;
  });
}

try {
  await precopyCommand().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
await hooksEnded();
// A call that a host never answers would keep the process for ever; all that was to be said is said.
process.exit();

/** Says what went wrong in one line, and what to do about it in another. */
function report(error: unknown): number {
  // commander has said it already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
  if (!(error instanceof PrecopyError)) throw error;
  const message = inFlags(error.message, error instanceof InvalidArgumentError ? error.option : undefined);
  complain(`precopy: ${message}`);
  if (error.remedy !== undefined) complain(inFlags(error.remedy));
  if (error.code === 'ERR_PRECOPY_ABORTED') return EXIT_CODES.interrupted;
  return error.code === 'ERR_PRECOPY_INVALID_ARGUMENT' ? EXIT_CODES.usage : EXIT_CODES.failed;
}
