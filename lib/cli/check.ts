import { Command } from 'commander';
import { type Finding, type MigrateOptions, type PreflightReport, preflight } from '../migration/index.js';
import { EXIT_CODES } from './exit-codes.js';
import { toJson } from './json.js';
import { addMigrationFlags, type MigrationFlags, migrateOptions } from './migration-flags.js';
import { say } from './say.js';
import { inFlags } from './words.js';

const HELP = `
Nothing is changed on either host. It takes the flags of \`precopy migrate\` that
it can judge by.

Examples:
  precopy check db1 --source qemu+tls://a/system --destination qemu+tls://b/system
  precopy check db1 --source qemu:///system --destination qemu+tls://b/system \\
      --pause 50ms --then post-copy,abort
  precopy check db1 --source qemu:///system --destination qemu+tls://b/system \\
      --json | jq '.findings[].code'

Exit codes:
  0  nothing stands in the way
  1  something does, or a host cannot be reached
  2  wrong usage`;

/** `precopy check`: everything that stands in the way of a migration, at once. */
export function checkCommand(): Command {
  return addMigrationFlags(new Command('check'))
    .description('Find out what stands in the way of a migration, and change nothing.')
    .option('--json', 'print the report as one JSON object')
    .addHelpText('after', HELP)
    .action(async (domain: string, flags: MigrationFlags) => {
      process.exitCode = await checkAndShow(migrateOptions(domain, flags), { json: flags.json === true });
    });
}

export interface CheckOptions {
  readonly json: boolean;
  /** Lines of what would be done then. */
  readonly more?: (report: PreflightReport) => readonly string[];
}

/** Runs preflight and prints what it found on stdout. */
export async function checkAndShow(options: MigrateOptions, { json, more }: CheckOptions): Promise<number> {
  const report = await preflight(options);
  const plan = report.ok ? (more?.(report) ?? []) : [];
  if (json) {
    process.stdout.write(`${toJson({ ...report, ...(more === undefined ? {} : { plan }) })}\n`);
  } else {
    const lines = [...report.findings.flatMap(findingLines), verdict(options.domain, report), ...plan];
    say(lines.join('\n'));
  }
  return report.ok ? EXIT_CODES.completed : EXIT_CODES.failed;
}

function findingLines({ severity, code, message, remedy }: Finding): string[] {
  return [`${severity.padEnd(7)}  ${code}: ${inFlags(message)}`, `         ${inFlags(remedy)}`];
}

function verdict(domain: string, { findings }: PreflightReport): string {
  const count = (wanted: Finding['severity']) => findings.filter(({ severity }) => severity === wanted).length;
  const errors = count('error');
  const warnings = count('warning');
  const told = warnings === 0 ? '' : ` (${warnings} ${warnings === 1 ? 'warning' : 'warnings'})`;
  return errors === 0
    ? `Nothing stands in the way of moving ${domain}${told}.`
    : `${domain} cannot be moved: ${errors} ${errors === 1 ? 'error' : 'errors'}${told}.`;
}
