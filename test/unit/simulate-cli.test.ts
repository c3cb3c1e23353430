import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const PROGRAM = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));
const GUEST = ['--memory', '1GiB', '--dirty', '50MB/s', '--set', '256MiB', '--link', '940Mbit/s', '--runs', '50'];

function precopy(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
}

test('precopy simulate shows how migrations end, as a table and as JSON', (t) => {
  const { status, stdout } = precopy('simulate', ...GUEST);
  t.equal(status, 0);
  t.match(stdout, /budget, 50 migrations: 100 % completed[\s\S]*median[\s\S]*total[\s\S]*pause/);
  const summary = JSON.parse(precopy('simulate', ...GUEST, '--policy', 'nova', '--json').stdout);
  t.match(summary, {
    policy: 'nova',
    runs: 50,
    completed: 1,
    totalMs: { low: Number, expected: Number, high: Number },
  });
  t.end();
});

test('the same seed gives the same migrations, another one others', (t) => {
  const of = (seed: string): string => precopy('simulate', ...GUEST, '--json', '--seed', seed).stdout;
  t.equal(of('3'), of('3'));
  t.not(JSON.parse(of('3')).totalMs.expected, JSON.parse(of('4')).totalMs.expected);
  t.end();
});

test('a guest above the speed of the link does not end by itself', (t) => {
  const hot = ['--memory', '1GiB', '--dirty', '300MB/s', '--link', '940Mbit/s', '--runs', '5', '--json'];
  t.match(JSON.parse(precopy('simulate', ...hot).stdout), { unfinished: 1, totalMs: null, pauseMs: null });
  t.match(JSON.parse(precopy('simulate', ...hot, '--then', 'post-copy').stdout), { completed: 1, postCopy: 1 });
  t.end();
});

const wrong: [string, string[], RegExp][] = [
  ['a rate without a unit', ['--dirty', '50'], /--dirty.*number with a unit/],
  ['a size in a unit of time', ['--memory', '5s'], /--memory.*number with a unit/],
  ['a duration without a unit', ['--pause', '50'], /--pause.*number with a unit/],
  ['a share that is no percentage', ['--spread', '0.1'], /--spread.*30%/],
  ['no runs', ['--runs', '0'], /--runs.*at least 1/],
  ['an unknown policy', ['--policy', 'bold'], /--policy.*budget/],
  ['an unknown step', ['--then', 'hope'], /--then.*throttle/],
  ['a file that is not there', ['--policy', './nothing.json'], /ladder/],
];

for (const [what, args, said] of wrong) {
  test(`${what} is wrong usage`, (t) => {
    const { status, stderr } = precopy('simulate', ...GUEST, ...args);
    t.equal(status, 2);
    t.match(stderr, said);
    t.end();
  });
}

test('precopy forecast refuses wrong units before it connects', (t) => {
  const hosts = ['--source', 'test:///default', '--destination', 'test:///default'];
  const { status, stderr } = precopy('forecast', 'db1', ...hosts, '--expect-link', '1000');
  t.equal(status, 2);
  t.match(stderr, /--expect-link.*number with a unit/);
  t.match(precopy('forecast', '--help').stdout, /--probe[\s\S]*--explain[\s\S]*Examples:[\s\S]*Exit codes:/);
  t.end();
});
