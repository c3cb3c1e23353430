import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { type Ended, end, moveFlags, onEvent, precopy, start } from '../support/command-line.js';
import { startWriter, stillBeats, virshSees } from './moving.js';

const migrate = (...args: string[]): Promise<Ended> => precopy('migrate', ...args);

test('precopy migrate, as a person uses it', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'typed');

  await t.test('--help shows examples and exit codes', async (t) => {
    const { code, stdout } = await migrate('--help');
    t.equal(code, 0);
    t.match(stdout, /Examples:[\s\S]*Exit codes:/);
  });

  const wrong: [string, string[], RegExp][] = [
    ['no destination', ['typed', '--source', 'qemu:///system'], /--destination/],
    ['an unknown flag', ['typed', ...moveFlags(a, b), '--fast'], /--fast/],
    ['a number that is none', ['typed', ...moveFlags(a, b), '--parallel', 'many'], /whole number/],
    ['a URI that is code', ['typed', '--source', a.uri, '--destination', 'qemu:///system'], /socket/],
  ];
  for (const [what, args, said] of wrong) {
    await t.test(`${what} is wrong usage, and touches nothing`, async (t) => {
      const { code, stderr } = await migrate(...args);
      t.equal(code, 2);
      t.match(stderr, said);
    });
  }

  await t.test('an unknown guest fails, and says what to do', async (t) => {
    const { code, stderr } = await migrate('nobody', ...moveFlags(a, b));
    t.equal(code, 1);
    t.match(stderr, /nobody/);
    t.match(stderr, /List the source's guests/);
  });

  await t.test('a move shows its phases and ends with one line', async (t) => {
    const { code, stdout, stderr } = await migrate('typed', ...moveFlags(a, b));
    t.equal(code, 0);
    for (const phase of ['connect', 'prepare', 'pre-copy', 'stop-and-copy', 'handover', 'settle'])
      t.match(stderr, phase);
    t.match(stdout, /^typed is on b: .* passes, .*, pause .*\n$/);
    t.same(await virshSees('typed', lab.hosts), ['b']);
  });

  await t.test('--json is a line for each event, the result last', async (t) => {
    const { code, stdout } = await migrate('typed', ...moveFlags(b, a), '--json');
    t.equal(code, 0);
    const events: { type: string }[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match(events.at(-1), { type: 'end', result: { outcome: 'completed', owner: 'destination' } });
    t.ok(events.some(({ type }) => type === 'sample'));
  });

  await t.test('Ctrl-C cancels and says so; the guest stays', async (t) => {
    await lab.link.shape({ bitsPerSecond: 50e6 });
    const child = start(['migrate', 'typed', ...moveFlags(a, b), '--json']);
    onEvent(child, ({ type }) => {
      if (type === 'pass') child.kill('SIGINT');
    });
    const { code, stderr } = await end(child);
    t.equal(code, 3);
    t.match(stderr, /cancelled: interrupted with Ctrl-C/);
    t.same(await virshSees('typed', lab.hosts), ['a']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });
});
