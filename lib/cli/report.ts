import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { PrecopyError } from '../errors.js';
import { figuresOf, isReport, type Run, readRun, renderReport, reportText } from '../report/index.js';
import { complain, say } from './say.js';

const EXAMPLES = `
Examples:
  precopy report run.ndjson                       what became of it, in a few lines
  precopy report run.ndjson -o report.html        a page: charts, the pause magnified, decisions
  precopy report one.ndjson two.ndjson -o both.html
  precopy report *.ndjson --json                  a line of figures for each run
  zcat run.ndjson.gz | precopy report - -o report.html

The page needs nothing but itself: no network, no server.
A trace that was cut off is shown up to the cut. A file is replaced only if it is such a page.

Exit codes: 0 done · 1 a trace cannot be read, or the page not be written · 2 wrong usage`;

interface Flags {
  output?: string;
  json?: boolean;
  title?: string;
}

/** `precopy report`: traces as a page, as text or as figures. */
export function reportCommand(): Command {
  return new Command('report')
    .argument('<trace...>', 'files that `precopy migrate --trace` has written, side by side; - for standard input')
    .description('Show what happened in a migration, from its trace.')
    .option('-o, --output <file>', 'write a page there')
    .option('--title <text>', "the page's title")
    .option('--json', 'figures as NDJSON on stdout, a line for each trace')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], { output, json, title }: Flags) => {
      // Before hours of trace are read.
      if (output !== undefined) await checkReplaceable(output);
      const names = namesOf(paths);
      const runs: Run[] = [];
      for (const [index, path] of paths.entries())
        runs.push(await readRun(names[index] ?? path, path === '-' ? process.stdin : path));
      if (output !== undefined) await save(output, renderReport(runs, title === undefined ? {} : { title }));
      if (json === true) for (const run of runs) process.stdout.write(`${JSON.stringify(figuresOf(run))}\n`);
      else say(runs.map(reportText).join('\n\n'));
      if (output !== undefined) complain(`The page is in ${output}.`);
    });
}

/** What the report calls each trace: its file's name, and the whole path where names are the same. Pure. */
export function namesOf(paths: readonly string[]): string[] {
  const short = paths.map((path) => basename(path).replace(/\.ndjson$/, ''));
  const distinct = new Set(short).size === paths.length ? short : paths;
  return distinct.map((name, index) => (distinct.indexOf(name) === index ? name : `${name} (${index + 1})`));
}

/** A trace, or whatever else cannot be made again, is not written over by a slip of the keyboard. */
async function checkReplaceable(path: string): Promise<void> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
    if (size === 0 || isReport(buffer.toString('utf8', 0, bytesRead))) return;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw unwritable(path, error);
  }
  throw new PrecopyError('ERR_PRECOPY_REPORT', `${path} is there already, and is no report.`, {
    remedy: 'Name another file with -o, or remove this one first.',
  });
}

async function save(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, cause: unknown): PrecopyError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PrecopyError('ERR_PRECOPY_REPORT', `The report cannot be written to ${path}: ${why}`, {
    cause,
    remedy: 'Name a file with -o in a directory that is there and can be written to.',
  });
}
