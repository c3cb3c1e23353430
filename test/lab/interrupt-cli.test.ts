import { test } from 'tap';
import { type Guest, type Host, Lab } from '../../lib/lab/index.js';
import { PHASES, type Phase } from '../../lib/migration/index.js';
import { type Ended, end, hostFlags, moveFlags, onEvent, precopy, start } from '../support/command-line.js';
import { useOwnState } from './lab-state.js';
import { startWriter, stillBeats, virshSees } from './moving.js';

// What is documented: the exit code says where the guest is, whenever Ctrl-C comes.

type Control = 'peer-to-peer' | 'direct';

/** Migrates and presses Ctrl-C so many times as it enters the phase. */
async function interruptIn(
  phase: Phase,
  times: number,
  guest: Guest,
  from: Host,
  to: Host,
  control: Control,
): Promise<Ended> {
  const child = start(['migrate', guest.name, ...moveFlags(from, to, control), '--json']);
  onEvent(child, (event) => {
    if (event.type !== 'phase' || event.phase !== phase) return;
    for (let time = 0; time < times; time += 1) setTimeout(() => child.kill('SIGINT'), time * 2);
  });
  return await end(child);
}

/** The arguments of a command that a message names, as a shell would read them. */
function named(command: 'adopt' | 'resolve', said: string): string[] {
  const [, line = ''] = new RegExp(`precopy (${command} .*)`).exec(said) ?? [];
  return line.split(' ').map((word) => word.replaceAll("'", ''));
}

/** Runs what a command that left has named, until nothing is left to do. */
async function settle(said: string): Promise<Ended> {
  for (let attempt = 1; ; attempt += 1) {
    const ended = await precopy(...named('resolve', said), '--yes');
    if (ended.code === 0 || attempt === 5) return ended;
  }
}

/**
 * Migrates, freezes the source's daemon in pre-copy, and presses Ctrl-C twice, the second time once the first one was heard: the abort cannot
 * have come to its end by then. The daemon goes on afterwards.
 */
async function leaveUnanswered(guest: Guest, from: Host, to: Host, control: Control): Promise<Ended> {
  const child = start(['migrate', guest.name, ...moveFlags(from, to, control), '--json']);
  let frozen: Promise<void> | undefined;
  onEvent(child, ({ type }) => {
    if (type === 'pass') frozen ??= from.daemon.freeze().then(() => void child.kill('SIGINT'));
    if (type === 'abort') child.kill('SIGINT');
  });
  const ended = await end(child);
  await frozen;
  await from.daemon.thaw();
  return ended;
}

test('Ctrl-C in each phase', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const guest = await startWriter(lab, 'pressed');
  let [here, there] = [lab.host('a'), lab.host('b')];
  const turn = async () => {
    const [place] = await guest.locate();
    if (place === there) [here, there] = [there, here];
  };

  for (const phase of PHASES) {
    await t.test(`once, ${phase}`, async (t) => {
      const { code, stderr } = await interruptIn(phase, 1, guest, here, there, 'peer-to-peer');
      t.comment(`exit code ${code}: ${stderr.trim()}`);
      const expected: Record<string, Host> = { 0: there, 3: here };
      t.same(await virshSees(guest.name, lab.hosts), [expected[`${code}`]?.name], 'the guest is where the code says');
      if (code === 3) t.match(stderr, /cancelled: interrupted with Ctrl-C/);
      if (['connect', 'prepare', 'pre-copy'].includes(phase)) t.equal(code, 3, 'it is not too late');
      await turn();
    });
  }

  for (const [control, phase] of [
    ...PHASES.map((phase) => ['peer-to-peer', phase] as const),
    ...(['pre-copy', 'stop-and-copy'] as const).map((phase) => ['direct', phase] as const),
  ]) {
    await t.test(`twice, ${control}, ${phase}`, async (t) => {
      const { code, stderr } = await interruptIn(phase, 2, guest, here, there, control);
      t.comment(`exit code ${code}: ${stderr.trim()}`);
      t.ok([0, 3, 5].includes(code ?? -1), `exit code ${code}`);
      if (phase === 'pre-copy') t.not(code, 0, 'it leaves, or the abort was as fast as the second Ctrl-C');
      if (code === 5 && phase === 'connect') t.match(stderr, /Nothing was touched/);
      if (code === 5 && phase !== 'connect') {
        t.match(stderr, control === 'direct' ? /coordinated/ : /precopy adopt/, 'it says what becomes of it');
        const settled = await settle(stderr);
        t.equal(settled.code, 0, settled.stdout + settled.stderr);
      }
      t.equal((await virshSees(guest.name, lab.hosts)).length, 1, 'it runs on one host');
      await turn();
    });
  }

  await t.test('twice, and libvirt does not answer: it leaves, and what it names follows the migration', async (t) => {
    const { code, stdout, stderr } = await leaveUnanswered(guest, here, there, 'peer-to-peer');
    t.equal(code, 5, stderr);
    t.match(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), { type: 'detached', message: /^Left\./ });
    const adopted = await precopy(...named('adopt', stderr));
    t.comment(`adopt: exit code ${adopted.code}: ${adopted.stderr.trim()}`);
    // The abort that nobody heard may still be heard by libvirt.
    const expected: Record<string, Host> = { 0: there, 1: here };
    t.same(await virshSees(guest.name, lab.hosts), [expected[`${adopted.code}`]?.name], 'the guest is where it says');
    t.equal((await settle(stderr)).code, 0, 'and nothing is left to do');
    await turn();
  });

  await t.test('twice, and libvirt does not answer, direct: it leaves, and the guest stays', async (t) => {
    const { code, stderr } = await leaveUnanswered(guest, here, there, 'direct');
    t.equal(code, 5, stderr);
    t.match(stderr, /coordinated/);
    const settled = await settle(stderr);
    t.equal(settled.code, 0, settled.stdout + settled.stderr);
    t.same(await virshSees(guest.name, lab.hosts), [here.name]);
  });

  await t.test('the guest has not noticed', async (t) => {
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    t.match(await precopy('resolve', guest.name, ...hostFlags(there, here)), { code: 0 });
  });
});
