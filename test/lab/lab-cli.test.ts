import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { type RunResult, runToEnd } from '../../lib/lab/run.js';
import { NOTHING, takeInventory } from './lab-inventory.js';
import { useOwnState } from './lab-state.js';

const CLI = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

function precopyLab(...args: string[]): Promise<RunResult> {
  return runToEnd([process.execPath, CLI, 'lab', ...args]);
}

test('a person brings a lab up, looks at it, works in it and takes it down', async (t) => {
  const state = useOwnState(t);
  const up = await precopyLab('up', '--name', 'hand', '--bandwidth', '1Gbit');
  t.match(up, {
    exitCode: 0,
    stdout: /Lab hand is up.*virsh -c 'qemu:.*precopy lab down hand/s,
    stderr: /libvirtd/,
  });

  t.match(await precopyLab('list'), { exitCode: 0, stdout: /^hand {2}up since/ });
  const listed = JSON.parse((await precopyLab('list', '--json')).stdout);
  t.match(listed, [
    {
      name: 'hand',
      state: 'up',
      hosts: [
        { name: 'a', isUp: true },
        { name: 'b', isUp: true },
      ],
    },
  ]);

  const inShell = (script: string, ...args: string[]) =>
    runToEnd([process.execPath, CLI, 'lab', 'shell', ...args], { input: script, env: { SHELL: '/bin/sh' } });
  t.match(await inShell('virsh -c $PRECOPY_HOST_A hostname; virsh -c $PRECOPY_HOST_B hostname'), {
    exitCode: 0,
    stdout: /^a\s+b\s+$/,
  });
  t.match(
    await inShell('virsh hostname; exit 7', 'b'),
    { exitCode: 7, stdout: /^b\s+$/ },
    'the exit code comes through',
  );
  t.match(await precopyLab('shell', 'a', '--', 'virsh', '-c', 'qemu+tcp://b/system', 'hostname'), {
    exitCode: 0,
    stdout: /^b\s+$/,
  });
  t.match(await precopyLab('shell', 'z'), { exitCode: 2, stderr: /one of a, b/ });

  t.match(await precopyLab('up', '--name', 'hand'), { exitCode: 1, stderr: /already.*precopy lab down hand/s });
  t.match(await precopyLab('down'), { exitCode: 0, stdout: 'Removed: hand.\n' }, 'the only lab need not be named');
  t.same(takeInventory(state, '-hand-'), NOTHING);
});

test('guests are started, listed and ended by hand', async (t) => {
  useOwnState(t);
  const up = await precopyLab('up', '--json');
  t.match(JSON.parse(up.stdout), {
    name: /^lab/,
    hosts: [{ name: 'a', uri: /socket=/, peerUri: /^qemu\+tcp:/, migrateUri: /^tcp:/ }, { name: 'b' }],
  });
  t.match(await precopyLab('guest', 'start', '--name', 'db1', '--host', 'b', '--set', '16MiB', '--rate', '5MB'), {
    exitCode: 0,
    stdout: /^Guest db1 runs on host b under tcg/,
    stderr: /first heartbeat/,
  });
  t.match(JSON.parse((await precopyLab('guest', 'list', '--json')).stdout), [
    { name: 'db1', kind: 'linux', hosts: ['b'] },
  ]);
  t.match(await precopyLab('guest', 'start', '--name', 'db1'), { exitCode: 1, stderr: /already/ });
  t.match(await precopyLab('guest', 'stop', 'db2'), { exitCode: 1, stderr: /It has db1/ });
  t.match(await precopyLab('guest', 'stop', 'db1'), { exitCode: 0 });
  t.match(await precopyLab('guest', 'list'), { exitCode: 0, stdout: /^guest +kind(?!.*db1)/s });
  t.match(await precopyLab('down', '--all'), { exitCode: 0 });
});

test('wrong usage has an exit code of its own, and help has examples', async (t) => {
  useOwnState(t);
  const wrong = [
    ['up', '--bandwidth', 'fast'],
    ['up', '--latency', '5'],
    ['up', '--hosts', '0'],
    ['up', '--name', 'No'],
    ['down', 'one', '--all'],
    ['guest', 'start', '--kind', 'other'],
    ['guest', 'stop'],
    ['sideways'],
  ];
  for (const args of wrong) t.match(await precopyLab(...args), { exitCode: 2, stderr: /\S/ }, args.join(' '));
  for (const args of [[], ['up'], ['down'], ['shell'], ['guest', 'start']]) {
    t.match(await precopyLab(...args, '--help'), { exitCode: 0, stdout: /Examples:/ }, `${args.join(' ')} --help`);
  }
  t.match(await precopyLab('down'), { exitCode: 1, stderr: /There is no lab/ });
  t.match(await precopyLab('down', 'nobody'), { exitCode: 1, stderr: /There is no lab named nobody/ });
});

test('Ctrl-C while a lab comes up leaves nothing', async (t) => {
  const state = useOwnState(t);
  // A terminal sends it to all of the foreground's processes.
  const starting = spawn(process.execPath, [CLI, 'lab', 'up', '--name', 'broken'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  starting.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('start the hosts') && starting.pid !== undefined) process.kill(-starting.pid, 'SIGINT');
  });
  const [exitCode] = await once(starting, 'close');
  t.equal(exitCode, 130);
  t.same(takeInventory(state, '-broken-'), NOTHING);
});
