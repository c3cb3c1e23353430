import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { precopy } from '../support/command-line.js';

const { stdout: script } = await precopy('completion', 'bash');

/** What bash offers after these words; the last one is being typed. */
function offered(...words: string[]): string[] {
  const line = ['precopy', ...words].map((word) => `'${word}'`).join(' ');
  const asked = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _precopy; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', asked], { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`bash: ${status} ${stderr}`);
  return stdout.trim().split('\n');
}

test('bash completes commands', (t) => {
  t.ok(['check', 'migrate', 'watch', 'abort', 'adopt', 'resolve', 'lab'].every((name) => offered('').includes(name)));
  t.same(offered('mig'), ['migrate']);
  t.same(offered('lab', 'g'), ['guest']);
  t.same(offered('lab', 'guest', 'st'), ['start', 'stop']);
  t.end();
});

test('bash completes flags, of the command that they belong to', (t) => {
  t.same(offered('migrate', 'db1', '--pau'), ['--pause']);
  t.same(offered('migrate', 'db1', '--pause', '50ms', '--hook-before-s'), ['--hook-before-switchover']);
  t.same(offered('resolve', '--y'), ['--yes']);
  t.same(offered('check', '--hook'), [''], 'check has no hooks');
  t.end();
});

test('bash completes the words that a flag or an argument takes', (t) => {
  t.same(offered('migrate', '--safety', ''), ['auto', 'strict', 'guarded']);
  t.same(offered('lab', 'guest', 'start', '--kind', 'b'), ['bare']);
  t.same(offered('completion', ''), ['bash', 'zsh', 'fish']);
  t.same(offered('migrate', '--pause', ''), [''], 'and nothing where it cannot know');
  t.ok(offered('adopt', '--journal', '/etc/pass').includes('/etc/passwd'), 'a file');
  t.end();
});

test('bash completes at its own prompt, without an error', (t) => {
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', `${script}\ncomplete -p precopy`], {
    encoding: 'utf8',
  });
  t.match(stdout, 'complete -F _precopy precopy');
  t.equal(stderr, '');
  t.end();
});

test('zsh and fish get scripts of their own', async (t) => {
  t.match(await precopy('completion', 'zsh'), { code: 0, stdout: /bashcompinit[\s\S]*_precopy/ });
  const { stdout } = await precopy('completion', 'fish');
  t.match(stdout, "complete -c precopy -n '__fish_seen_subcommand_from migrate' -l safety -x -a 'auto strict guarded'");
});
