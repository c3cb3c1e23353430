#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { PrecopyError } from '../errors.js';
import { VERSION } from '../version.js';
import { EXIT_CODES } from './exit-codes.js';
import { labCommand } from './lab.js';
import { migrateCommand } from './migrate.js';

const program = new Command('precopy')
  .description('Live migration of virtual machines under control.')
  .version(VERSION)
  .showHelpAfterError('(--help shows what there is)')
  .addCommand(migrateCommand())
  .addCommand(labCommand());

for (const command of [program, ...program.commands, ...program.commands.flatMap((inner) => inner.commands)])
  command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong in one line, and what to do about it in another. */
function report(error: unknown): number {
  // commander has said it already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
  if (!(error instanceof PrecopyError)) throw error;
  process.stderr.write(`precopy: ${error.message}\n${error.remedy === undefined ? '' : `${error.remedy}\n`}`);
  return error.code === 'ERR_PRECOPY_INVALID_ARGUMENT' ? EXIT_CODES.usage : EXIT_CODES.failed;
}
