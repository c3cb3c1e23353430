import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { runToEnd } from '../../lib/lab/run.js';
import { NOTHING, takeInventory } from './lab-inventory.js';
import { useOwnState } from './lab-state.js';
import { running, startEmptyGuest } from './lab-virsh.js';

const STARTER = fileURLToPath(new URL('./lab-starter.js', import.meta.url));
const CLI = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

/** Starts a lab in a process of its own and kills that as soon as it has said this. */
async function startAndKill(name: string, lastWords: string): Promise<void> {
  const starter = spawn(process.execPath, [STARTER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  starter.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes(`${lastWords}\n`)) starter.kill('SIGKILL');
  });
  await once(starter, 'close');
}

async function downAll(): Promise<{ exitCode: number | null; stdout: string }> {
  return runToEnd([process.execPath, CLI, 'lab', 'down', '--all']);
}

test('a lab outlives the kill of who started it, and `lab down --all` leaves nothing of it', async (t) => {
  const state = useOwnState(t);
  await startAndKill('orphan', 'up');
  const lab = await Lab.attach('orphan');
  await startEmptyGuest(lab.host('a'), 'guest');
  t.same(new Set(await running(lab.host('a'))), new Set(['guest', 'watched']), 'it can be used as before');
  const watched = await lab.guest('watched');
  await lab.probe;
  await watched.heartbeats.waitForFirst();
  await lab.detach();

  t.match(await downAll(), { exitCode: 0, stdout: /orphan/ });
  t.same(takeInventory(state, '-orphan-'), NOTHING);
  t.match(await downAll(), { exitCode: 0 }, 'with nothing there it is no error');
});

test('a half-started lab is removed all the same, whenever its starter was killed', async (t) => {
  const state = useOwnState(t);
  for (const lastWords of [
    'lay the networks',
    'start the hosts',
    'start libvirtd on each host',
    'wait until the hosts answer',
  ]) {
    await startAndKill('half', lastWords);
    t.match(await Lab.list(), [{ name: 'half', state: 'broken' }], `killed at: ${lastWords}`);
    await t.rejects(Lab.start({ name: 'half' }), { code: 'ERR_PRECOPY_LAB_EXISTS' }, 'it is found before a start');
    await t.rejects(Lab.attach('half'), { code: 'ERR_PRECOPY_LAB_BROKEN' });
    t.match(await downAll(), { exitCode: 0, stdout: /half/ });
    t.same(takeInventory(state, '-half-'), NOTHING);
  }
});
