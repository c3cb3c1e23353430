#!/usr/bin/env node
import { CommanderError } from 'commander';
import { InvalidArgumentError, PrecopyError } from '../errors.js';
import { EXIT_CODES } from './exit-codes.js';
import { precopyCommand } from './program.js';
import { inFlags } from './words.js';

// Whoever reads the output may stop reading; a migration goes on all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await precopyCommand().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong in one line, and what to do about it in another. */
function report(error: unknown): number {
  // commander has said it already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
  if (!(error instanceof PrecopyError)) throw error;
  const message = inFlags(error.message, error instanceof InvalidArgumentError ? error.option : undefined);
  process.stderr.write(`precopy: ${message}\n${error.remedy === undefined ? '' : `${inFlags(error.remedy)}\n`}`);
  if (error.code === 'ERR_PRECOPY_ABORTED') return EXIT_CODES.interrupted;
  return error.code === 'ERR_PRECOPY_INVALID_ARGUMENT' ? EXIT_CODES.usage : EXIT_CODES.failed;
}
