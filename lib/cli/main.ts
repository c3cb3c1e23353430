#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { PrecopyError } from '../errors.js';
import { EXIT_CODES } from './exit-codes.js';
import { labCommand } from './lab.js';
import { migrateCommand } from './migrate.js';
import { simulateCommand } from './simulate.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

const program = new Command('precopy')
  .description('Live migration of virtual machines under control.')
  .version(version)
  .showHelpAfterError('(--help shows what there is)')
  .addCommand(migrateCommand())
  .addCommand(simulateCommand())
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
