import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { precopy } from '../support/command-line.js';

const HOSTS = ['--source', 'qemu+tls://a/system', '--destination', 'qemu+tls://b/system'];

test('--help of every command has examples and exit codes, and fits', async (t) => {
  const commands = [
    ...['check', 'forecast', 'migrate', 'watch', 'abort', 'adopt', 'resolve', 'report', 'replay', 'simulate'],
    ...['completion', 'lab'],
  ];
  const all = await precopy('--help');
  t.equal(all.code, 0);
  for (const command of commands) {
    t.match(all.stdout, new RegExp(`^  ${command} `, 'm'), `${command} is in the list`);
    const { code, stdout } = await precopy(command, '--help');
    t.equal(code, 0);
    t.match(stdout, /Examples:[\s\S]*Exit codes:/, `${command} --help`);
    t.same(
      stdout.split('\n').filter((line) => line.length > 100),
      [],
      'it fits',
    );
  }
  t.match(await precopy(), { code: 2 }, 'nothing at all is wrong usage, with the help');
});

test('--help of what is below a lab has examples, and fits', async (t) => {
  const commands = ['up', 'down', 'list', 'shell', 'guest', 'guest start', 'guest list', 'guest stop'];
  for (const command of commands) {
    const { code, stdout } = await precopy('lab', ...command.split(' '), '--help');
    t.match({ code, stdout }, { code: 0, stdout: /Examples:/ }, command);
    t.same(
      stdout.split('\n').filter((line) => line.length > 100),
      [],
      'it fits',
    );
  }
});

test('wrong usage is said with the flag, the value and what is allowed, and touches nothing', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'precopy-usage-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const broken = join(directory, 'broken.json');
  writeFileSync(broken, '{"name": "broken", "rungs": 5}');
  const wrong: [string[], RegExp][] = [
    [['sideways'], /unknown command 'sideways'/],
    [['migrate', 'db1'], /--source/],
    [['migrate', ...HOSTS], /domain/],
    [['migrate', 'db1', ...HOSTS, '--fast'], /--fast/],
    [['migrate', 'db1', ...HOSTS, '--pause', '50'], /--pause <time>' argument '50'.*ms, s, m, h/],
    [['migrate', 'db1', ...HOSTS, '--pause', '0ms'], /--pause \(in ms\) must be a number from 1 .* not 0/],
    [['migrate', 'db1', ...HOSTS, '--within', '2 weeks'], /--within/],
    [['migrate', 'db1', ...HOSTS, '--slowdown', '0.3'], /--slowdown.*30%/],
    [['migrate', 'db1', ...HOSTS, '--then', 'pray'], /throttle, post-copy, pause, abort/],
    [['migrate', 'db1', ...HOSTS, '--policy', 'hope'], /budget, qemu, virsh/],
    [['migrate', 'db1', ...HOSTS, '--policy', broken], /There is no ladder in it.*rungs/],
    [['migrate', 'db1', ...HOSTS, '--policy', join(directory, 'none.json')], /ENOENT/],
    [['migrate', 'db1', ...HOSTS, '--safety', 'none'], /auto, strict, guarded/],
    [['migrate', 'db1', ...HOSTS, '--allow', 'everything'], /cpu-incompatible/],
    [['migrate', 'db1', ...HOSTS, '--bandwidth', '100'], /--bandwidth.*Gbit/],
    [['migrate', 'db1', ...HOSTS, '--bandwidth', '1kB/s'], /at least 1MiB/],
    [['migrate', 'db1', ...HOSTS, '--switchover-at', 'soon'], /23:15/],
    [['migrate', 'db1', ...HOSTS, '--switchover-at', '2020-01-01T00:00Z'], /future/],
    [['migrate', 'db1', ...HOSTS, '--destination-xml', join(directory, 'none.xml')], /cannot be read/],
    [['migrate', 'db1', '--source', 'qemu+ext:///system', '--destination', 'qemu:///system'], /--source/],
    [['migrate', 'db1', ...HOSTS, '--switchover-at', '+1000h'], /within 24 days/],
    [['migrate', 'db1', ...HOSTS, '--switchover-at', '+0s'], /future/],
    [['migrate', 'db1', ...HOSTS, '--hook-deadline', '0s'], /from 1ms to 24 days/],
    [['migrate', 'db1', ...HOSTS, '--hook-deadline', '1000h'], /from 1ms to 24 days/],
    [['migrate', 'db1', ...HOSTS, '--copy-disk', 'vda,'], /names separated by commas/],
    [['migrate', '', ...HOSTS], /<domain> must be a non-empty string/],
    [['check', 'db1', '--source', '', '--destination', 'qemu:///system'], /--source.*libvirt URI/],
    [['migrate', 'db1', '--source', 'qemu:///system?socket=/x', '--destination', 'b'], /use --source-socket for it/],
    [['migrate', 'db1', '--source', 'qemu:///system', '--destination', 'qemu:///x?socket=/x'], /--destination-socket/],
    [['watch'], /--source must be given, or a journal/],
    [['resolve', 'db1', '--source', 'qemu:///system'], /--destination must be given/],
    [['completion', 'tcsh'], /bash, zsh, fish/],
    [['simulate', '--memory', '0B', '--dirty', '1MB/s', '--link', '1MB/s'], /--memory.*at least 1B/],
    [['simulate', '--memory', '1GiB', '--dirty', '1MB/s', '--link', '0MB/s'], /--link.*at least/],
    [['simulate', '--memory', '1GiB', '--dirty', '1MB/s', '--link', '1MB/s', '--pause', '0ms'], /--pause.*at least/],
    [['replay'], /trace/],
    [['lab', 'up', '--bandwidth', '1'], /--bandwidth.*Gbit/],
    [['lab', 'up', '--bandwidth', '1bit'], /--bandwidth \(in bits per second\) must be a number from/],
    [['lab', 'up', '--hosts', '0'], /--hosts must be a whole number from 1/],
  ];
  for (const [args, said] of wrong) {
    const { code, stdout, stderr } = await precopy(...args);
    t.match({ code, stdout, stderr }, { code: 2, stdout: '', stderr: said }, args.join(' '));
  }
});

test('a journal or a trace that cannot be written is said before anything is touched', async (t) => {
  for (const flag of ['--journal', '--trace']) {
    const { code, stderr } = await precopy('migrate', 'db1', ...HOSTS, flag, '/no/such/folder/file');
    t.match(
      { code, stderr },
      { code: 1, stderr: /\/no\/such\/folder\/file cannot be (written|created)[\s\S]*Name a/ },
      flag,
    );
    t.notMatch(stderr, /cannot be proven/, 'nobody is in doubt');
  }
});

test('a journal that is none', async (t) => {
  for (const command of ['watch', 'adopt', 'abort', 'resolve']) {
    t.match(
      await precopy(command, '--journal', '/dev/null'),
      { code: 1, stderr: /not a journal[\s\S]*Name the file/ },
      command,
    );
  }
});
