import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { end, hostFlags, moveFlags, onEvent, precopy, start, startInTerminal } from '../support/command-line.js';
import { useOwnState } from './lab-state.js';
import { startWriter, stillBeats, virshSees } from './moving.js';

const ESCAPE = '\u001b';

/** A terminal that is slow enough to be looked at. */
const SLOW = { bitsPerSecond: 400e6 };

/** Slower than the guest writes: a migration ends only by being ended. */
const TOO_SLOW = { bitsPerSecond: 100e6 };

test('the commands, as people use them', async (t) => {
  const state = useOwnState(t);
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'used');
  const journal = join(state, 'used.migration');

  await t.test('check: nothing stands in the way, and the plan is shown by a dry run', async (t) => {
    t.match(await precopy('check', 'used', ...moveFlags(a, b)), { code: 0, stdout: /Nothing stands in the way/ });
    const budget = ['--pause', '50ms', '--within', '2m', '--then', 'throttle,abort'];
    const dry = await precopy('migrate', 'used', ...moveFlags(a, b), ...budget, '--dry-run');
    t.match(dry, {
      code: 0,
      stdout: /control +peer-to-peer[\s\S]*budget +a pause of 50 ms[\s\S]*throttle, then abort/,
    });
    t.same(await virshSees('used', lab.hosts), ['a'], 'nothing has moved');
  });

  await t.test('check: what stands in the way, all of it, with remedies', async (t) => {
    const there = await precopy(
      'check',
      'used',
      ...moveFlags(a, b),
      '--pause',
      '10s',
      '--within',
      '1s',
      '--then',
      'abort,throttle',
    );
    t.match(there, { code: 1, stdout: /error +\S+: [\s\S]*error +\S+: .*--then[\s\S]*cannot be moved: 2 errors/ });
    const json = await precopy('check', 'nobody', ...moveFlags(a, b), '--json');
    t.equal(json.code, 1);
    t.match(JSON.parse(json.stdout), { ok: false, findings: [{ code: 'domain-not-found' }] });
  });

  await t.test('a host that is not there', async (t) => {
    const nowhere = ['--source', 'qemu:///system', '--source-socket', join(state, 'no-socket')];
    const destination = hostFlags(a, b).slice(4);
    for (const command of ['check', 'migrate', 'watch', 'abort', 'adopt']) {
      const { code, stderr } = await precopy(command, 'used', ...nowhere, ...destination);
      t.match({ code, stderr }, { code: 1, stderr: /source cannot be reached[\s\S]*Check that/ }, command);
    }
    t.match(await precopy('resolve', 'used', ...nowhere, ...destination), {
      code: 4,
      stdout: /indeterminate[\s\S]*Fence/,
    });
  });

  await t.test('nothing under way', async (t) => {
    t.match(await precopy('watch', 'used', ...hostFlags(a, b)), { code: 1, stdout: /No migration is under way/ });
    t.match(await precopy('adopt', 'used', ...hostFlags(a, b)), { code: 1, stderr: /no migration to adopt/ });
    t.match(await precopy('abort', 'used', ...hostFlags(a, b)), { code: 1, stderr: /no migration to adopt/ });
    t.match(await precopy('resolve', 'used', ...hostFlags(a, b)), {
      code: 0,
      stdout: /^rolled-back[\s\S]*owner +source/,
    });
  });

  await t.test('hooks: told what they need, and listened to', async (t) => {
    const told = join(state, 'told');
    const listening = `cat > ${told}; echo looking at $PRECOPY_DOMAIN on $PRECOPY_SOURCE; echo rack 7 is full >&2; exit 1`;
    const { code, stderr } = await precopy('migrate', 'used', ...moveFlags(a, b), '--hook-prepared', listening);
    t.equal(code, 3);
    t.match(stderr, /hook-prepared: looking at used on a/);
    t.match(stderr, /cancelled: the hook prepared: rack 7 is full/);
    t.match(JSON.parse(readFileSync(told, 'utf8')), {
      hook: 'prepared',
      guest: { name: 'used' },
      destination: { hostname: 'b' },
    });
    t.same(await virshSees('used', lab.hosts), ['a']);
  });

  await t.test(
    'a hook that does not end is told to at its deadline, and is let to put right what it began',
    async (t) => {
      const undo = `trap 'sleep 0.5; echo undone >> ${state}/late; exit 1' TERM`;
      const late = [
        '--hook-connected',
        `${undo}; echo $$ > ${state}/late; sleep 60 & wait`,
        '--hook-deadline',
        '300ms',
      ];
      t.match(await precopy('migrate', 'used', ...moveFlags(a, b), ...late), { code: 3, stderr: /the hook connected/ });
      const [pid, undone] = readFileSync(join(state, 'late'), 'utf8').trim().split('\n');
      t.equal(undone, 'undone');
      t.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' }, 'it is gone');
    },
  );

  await t.test('watch looks on, and a terminal of 40 columns is drawn into without wrapping', async (t) => {
    await lab.link.shape(SLOW);
    const mover = startInTerminal(40, ['migrate', 'used', ...moveFlags(a, b), '--journal', journal]);
    let screen = '';
    mover.stdout?.on('data', (data: Buffer) => {
      screen += data;
    });
    const left = once(mover, 'close');
    await until(() => screen.includes('pass 1'));
    const watched = await precopy('watch', '--journal', journal, '--json');
    await left;
    const events: { type: string }[] = watched.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match({ code: watched.code, last: events.at(-1) }, { code: 0, last: { type: 'over', verdict: 'completed' } });
    for (const type of ['phase', 'sample', 'pass', 'guest'])
      t.ok(
        events.some((event) => event.type === type),
        type,
      );
    t.equal(mover.exitCode, 0);
    t.match(screen, /\[\d+A/, 'it is drawn in place');
    t.match(screen, '█');
    const visible = screen.replaceAll(new RegExp(`${ESCAPE}\\[[0-9;]*[A-Za-z]`, 'g'), '').split(/\r?\n/);
    t.same(
      visible.filter((line) => line.length > 40 && !line.startsWith('used is on')),
      [],
    );
    t.same(await virshSees('used', lab.hosts), ['b']);
  });

  await t.test('abort ends what another process runs, which says so', async (t) => {
    await lab.link.shape(TOO_SLOW);
    const mover = start(['migrate', 'used', ...moveFlags(b, a), '--json']);
    const ended = end(mover);
    await new Promise<void>((resolve) => onEvent(mover, ({ type }) => type === 'pass' && resolve()));
    const abort = await precopy('abort', 'used', ...hostFlags(b, a), '--reason', 'rack 7');
    t.match(abort, { code: 0, stdout: /^Aborted: used is on b/, stderr: /aborting: rack 7/ });
    t.match(await ended, { code: 1, stderr: /failed/ });
    t.same(await virshSees('used', lab.hosts), ['b']);
  });

  await t.test('abort while the stream is slowed leaves the limits of the guest as they were', async (t) => {
    await lab.link.shape(SLOW);
    const limits = async () => {
      const asked = ['migrate-getspeed', 'migrate-getmaxdowntime'];
      return Promise.all(asked.map(async (what) => (await b.exec(['virsh', '--quiet', what, 'used'])).stdout.trim()));
    };
    const before = await limits();
    const mover = start(['migrate', 'used', ...moveFlags(b, a), '--switchover-at', '+60s', '--json']);
    const ended = end(mover);
    await new Promise<void>((resolve) => onEvent(mover, ({ type }) => type === 'hold' && resolve()));
    const adopter = start(['adopt', 'used', ...hostFlags(b, a), '--json']);
    const left = end(adopter);
    await new Promise<void>((resolve) => onEvent(adopter, ({ type }) => type === 'warning' && resolve()));
    t.match(await precopy('abort', 'used', ...hostFlags(b, a)), { code: 0, stdout: /^Aborted: used is on b/ });
    t.match(await left, {
      code: 1,
      stdout: /"bandwidth-capped","message":"This migration was slowed to/,
    });
    await ended;
    t.same(await limits(), before);
  });

  await t.test('a cap that was set in libvirt is kept to, and said', async (t) => {
    await b.exec(['virsh', 'migrate-setspeed', 'used', '30']);
    const briefly = ['--within', '3s', '--then', 'abort', '--json'];
    const { code, stdout } = await precopy('migrate', 'used', ...moveFlags(b, a), ...briefly);
    t.equal(code, 3);
    t.match(stdout, /"code":"bandwidth-capped","message":"libvirt caps this guest's migrations at 31.5 MB\/s/);
    t.match(stdout, /"bandwidthBytesPerSecond":31457280/);
    t.notMatch(stdout, /"bandwidthBytesPerSecond":null/);
    t.match(await b.exec(['virsh', 'migrate-getspeed', 'used']), { stdout: /^30/ });
    await b.exec(['virsh', 'migrate-setspeed', 'used', '0']);
  });

  await t.test('Ctrl-C on a terminal, and terminals that can do little', async (t) => {
    await lab.link.shape(TOO_SLOW);
    const pressed = startInTerminal(80, ['migrate', 'used', ...moveFlags(b, a)], { NO_COLOR: '1' });
    let screen = '';
    pressed.stdout?.on('data', (data: Buffer) => {
      if (!screen.includes('pass 1') && data.includes('pass 1')) pressed.stdin?.write('\x03');
      screen += data;
    });
    await once(pressed, 'close');
    t.equal(pressed.exitCode, 3);
    t.match(screen, /asked to abort/);
    t.match(screen, /cancelled: interrupted with Ctrl-C/);
    t.notMatch(screen, /\[\d+m/, 'NO_COLOR is heeded');
    await lab.link.shape(SLOW);

    const dumb = await end(startInTerminal(80, ['check', 'used', ...moveFlags(b, a)], { TERM: 'dumb' }));
    t.notMatch(dumb.stdout, ESCAPE);
    const moved = await end(startInTerminal(80, ['migrate', 'used', ...moveFlags(b, a)], { TERM: 'dumb' }));
    t.equal(moved.code, 0);
    t.notMatch(moved.stdout, ESCAPE, 'a dumb terminal gets plain lines');
    t.same(await virshSees('used', lab.hosts), ['a']);
  });

  await t.test('a ladder in a file, and a switchover at a moment', async (t) => {
    const ladder = join(state, 'ladder.json');
    const rung = { when: { passesWithoutProgress: { atLeast: 3 } }, do: [{ action: 'downtime-limit', limitMs: 300 }] };
    writeFileSync(ladder, JSON.stringify({ name: 'quick', settings: { downtimeLimitMs: 100 }, rungs: [rung] }));
    const at = ['--policy', ladder, '--switchover-at', '+4s'];
    const moved = await precopy('migrate', 'used', ...moveFlags(a, b), ...at, '--json');
    t.comment(moved.stderr);
    const last = JSON.parse(moved.stdout.trim().split('\n').at(-1) ?? '');
    t.match(
      { code: moved.code, last },
      { code: 0, last: { type: 'end', result: { owner: 'destination', hold: /held|broken/ } } },
    );
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}
