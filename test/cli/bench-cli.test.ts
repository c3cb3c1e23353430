import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { summarise } from '../../bench/suite/summary.js';
import { madeUpLog } from '../support/suite-logs.js';

const PROGRAM = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

/** Runs `precopy bench` to its end, in a folder. */
async function bench(folder: string, ...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [PROGRAM, 'bench', ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

test('precopy bench, as a person uses it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'precopy-bench-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true }));

  await t.test('--help names scenarios and strategies, with examples and exit codes', async (t) => {
    const { code, stdout } = await bench(folder, '--help');
    t.equal(code, 0);
    t.match(stdout, /--quick[\s\S]*quick-steady[\s\S]*kubevirt-stall[\s\S]*Examples:[\s\S]*Exit codes:/);
  });

  const wrong: [string, string[], RegExp][] = [
    ['quick and full at once', ['--quick', '--full'], /--full/],
    ['a scenario that there is not', ['--scenario', 'fast'], /quick-steady/],
    ['a strategy that there is not', ['--against', 'nobody'], /kubevirt-stall/],
    ['a number that is none', ['--rounds', '0'], /whole number/],
    ['hosts without a guest', ['--source', 'qemu:///system', '--destination', 'b'], /--domain/],
    ['a compare without a second one', ['compare', 'x.json'], /after/],
  ];
  for (const [what, words, said] of wrong) {
    await t.test(`${what} is wrong usage`, async (t) => {
      const { code, stderr } = await bench(folder, ...words);
      t.equal(code, 2);
      t.match(stderr, said);
    });
  }

  await t.test('a file to go on with that is none fails, and says what to do', async (t) => {
    const { code, stderr } = await bench(folder, '--resume', 'nothing.ndjson');
    t.equal(code, 1);
    t.match(stderr, /nothing\.ndjson[\s\S]*without --resume/);
  });

  await t.test('compare says what differs', async (t) => {
    for (const [name, seed] of [
      ['before', 1],
      ['after', 2],
    ] as const) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(summarise(madeUpLog(undefined, seed))));
    }
    const { code, stdout } = await bench(folder, 'compare', 'before.json', 'after.json', '--json');
    t.equal(code, 0);
    const { rows } = JSON.parse(stdout);
    t.match(rows[0], {
      scenario: String,
      strategy: String,
      ratio: { value: Number, low: Number, high: Number },
      differs: Boolean,
    });
    t.match((await bench(folder, 'compare', 'before.json', 'after.json')).stdout, /no difference seen/);
    t.equal((await bench(folder, 'compare', 'before.json', 'gone.json')).code, 1);
  });
});
