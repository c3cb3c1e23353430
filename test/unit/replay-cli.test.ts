import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { recorded } from '../support/traces.js';

const PROGRAM = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

const replay = (args: readonly string[], input = '') =>
  spawnSync(process.execPath, [PROGRAM, 'replay', ...args], { encoding: 'utf8', input });

test('decisions are put side by side, with the reasons for what differs', (t) => {
  const { status, stdout } = replay([recorded('simulated-steady'), '--policy', 'nova']);
  t.equal(status, 0);
  t.equal(
    stdout,
    [
      'Recorded with budget, replayed with nova: 91 views, to the stop of the guest, or the end of the run.',
      '',
      'at      pass     recorded              replayed',
      '──────  ────  ─  ────────  ────────────────────',
      '500 ms     1  ≠         –  downtime limit 50 ms',
      '',
      'They differ at 1 of 1 decisions.',
      '    500 ms  recorded: nothing · replayed: step at 0 s of 2 GiB',
      '',
    ].join('\n'),
  );
  t.end();
});

test('without a policy it is the recorded one, and a trace may come through a pipe', (t) => {
  const { status, stdout } = replay(['-'], readFileSync(recorded('steady'), 'utf8'));
  t.equal(status, 0);
  t.match(stdout, /^Recorded with budget, replayed with budget: [\s\S]*They decide the same\.\n$/);
  t.end();
});

test('--json is one object', (t) => {
  const { stdout } = replay([recorded('hot-long'), '--policy', 'kubevirt-stall', '--json']);
  t.match(JSON.parse(stdout), { replayedPolicy: 'kubevirt-stall', end: 'forked', firstDifference: { isSame: false } });
  t.end();
});

const wrong: [string, string[], number, RegExp][] = [
  ['no trace', [], 2, /missing required argument 'trace'/],
  ['a file that is not there', ['/nowhere/x'], 1, /\/nowhere\/x.*ENOENT[\s\S]*--trace has written/],
  ['a file that is no trace', [PROGRAM], 1, /main\.js, line 1: it is not JSON/],
  ['an unknown policy', [recorded('steady'), '--policy', 'fortune'], 2, /must be one of budget, .*, or a JSON file/],
  ['a policy file that is none', [recorded('steady'), '--policy', recorded('steady')], 2, /no ladder in it/],
];

for (const [what, args, code, said] of wrong) {
  test(`${what} is told in one sentence, with an exit code`, (t) => {
    const { status, stderr } = replay(args);
    t.equal(status, code);
    t.match(stderr, said);
    t.end();
  });
}
