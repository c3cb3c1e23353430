import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { precopy } from '../support/command-line.js';
import { recorded } from '../support/traces.js';

const STEADY = recorded('steady');
const HOT = recorded('hot');

test('precopy report, as a person uses it', async (t) => {
  const directory = t.testdir({ 'notes.txt': 'do not lose me', 'garbage.ndjson': '' });
  const page = join(directory, 'report.html');

  await t.test('--help shows examples and exit codes', async (t) => {
    const { code, stdout } = await precopy('report', '--help');
    t.equal(code, 0);
    t.match(stdout, /Examples:[\s\S]*Exit codes:/);
  });

  await t.test('without an output it says in a few lines what became of it', async (t) => {
    const { code, stdout } = await precopy('report', STEADY);
    t.equal(code, 0);
    t.match(stdout, /^steady: steady moved\n {2}It is on the destination, b\./);
    t.match(stdout, /It paused for \d+ ms/);
  });

  await t.test('-o writes a page, and writes over a page', async (t) => {
    for (const title of ['first', 'second']) {
      const { code, stderr } = await precopy('report', STEADY, '-o', page, '--title', title);
      t.equal(code, 0);
      t.match(stderr, /The page is in .*report\.html/);
      t.match(await readFile(page, 'utf8'), `<h1>${title}</h1>`);
    }
  });

  await t.test('it does not write over anything else, such as a trace', async (t) => {
    const notes = join(directory, 'notes.txt');
    const { code, stderr } = await precopy('report', STEADY, '-o', notes);
    t.equal(code, 1);
    t.match(stderr, /notes\.txt is there already, and is no report\.\nName another file/);
    t.equal(await readFile(notes, 'utf8'), 'do not lose me');
  });

  await t.test('--json is a line of figures for each trace', async (t) => {
    const { code, stdout } = await precopy('report', STEADY, HOT, '--json');
    t.equal(code, 0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match(lines, [
      { name: 'steady', outcome: 'completed', owner: 'destination' },
      { name: 'hot', outcome: 'completed', pauseMs: { budget: 100, isWithinBudget: true } },
    ]);
  });

  await t.test('the same trace twice is two runs with two names', async (t) => {
    const { stdout } = await precopy('report', STEADY, STEADY, '--json');
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).name);
    t.equal(new Set(names).size, 2);
  });

  await t.test('a trace that was cut off is shown up to the cut', async (t) => {
    const whole = await readFile(STEADY, 'utf8');
    const cut = join(directory, 'cut.ndjson');
    await writeFile(cut, whole.slice(0, whole.length / 2));
    const { code, stdout } = await precopy('report', cut);
    t.equal(code, 0);
    t.match(stdout, /has no result/);
  });

  await t.test('a trace with garbage in it is refused, with the line', async (t) => {
    const lines = (await readFile(STEADY, 'utf8')).trim().split('\n');
    const garbage = join(directory, 'garbage.ndjson');
    await writeFile(garbage, [...lines.slice(0, 6), '{"type":"sample"', ...lines.slice(6)].join('\n'));
    const { code, stderr } = await precopy('report', garbage, '-o', join(directory, 'none.html'));
    t.equal(code, 1);
    t.match(stderr, /garbage\.ndjson.*line 7/);
  });

  await t.test('- reads from standard input', async (t) => {
    const program = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, [program, 'report', '-'], { input: await readFile(STEADY) });
    t.equal(status, 0);
    t.match(stdout.toString(), /steady moved/);
  });

  const wrong: [string, string[], number, RegExp][] = [
    ['no trace at all', [], 2, /trace/],
    ['an unknown flag', [STEADY, '--pdf'], 2, /--pdf/],
    ['a trace that is not there', [join(directory, 'nothing.ndjson')], 1, /nothing\.ndjson/],
    ['a file that is no trace', [join(directory, 'notes.txt')], 1, /notes\.txt.*line 1/],
    ['a directory', [directory], 1, /cannot be read/],
    ['a page where there is no directory', [STEADY, '-o', join(directory, 'no/where.html')], 1, /cannot be written/],
    ['a page in place of a directory', [STEADY, '-o', directory], 1, /cannot be written/],
  ];
  for (const [what, args, expected, said] of wrong) {
    await t.test(`${what} is refused in one line that says why`, async (t) => {
      const { code, stdout, stderr } = await precopy('report', ...args);
      t.equal(code, expected);
      t.match(stderr, said);
      t.notMatch(stderr, /at .*\.js:\d+/, 'no stack');
      t.equal(stdout, '');
    });
  }
});
