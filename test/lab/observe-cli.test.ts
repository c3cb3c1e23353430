import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { moveFlags, precopy } from '../support/command-line.js';
import { newTrace, readAll } from '../support/traces.js';
import { useOwnState } from './lab-state.js';
import { startWriter } from './moving.js';

test('a migration is forecast and looked at from outside on the command line, too', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  await startWriter(lab, 'shown');
  const trace = newTrace(t);
  const wanted = ['--forecast', '--expect-link', '1Gbit/s', '--observe-lab', lab.name];

  const busy = await precopy('migrate', 'shown', ...moveFlags(a, b), ...wanted);
  t.match(busy, { code: 1, stderr: /Another process observes the guests/ }, 'one process listens at a time');
  await lab.detach();

  const { code, stdout, stderr } = await precopy('migrate', 'shown', ...moveFlags(a, b), ...wanted, '--trace', trace);
  t.equal(code, 0, stderr);
  t.match(stderr, /forecast: converges \(\d+ % sure\), [\d.]+ m?s \([\d.]+ m?s to [\d.]+ m?s\), pause/);
  t.match(stdout, /^shown is on b: .* pause [\d.]+ ms, from outside [\d.]+ ms$/m);
  t.match(stdout, /at least +expected +at most +came/);
  t.match(stdout, /The forecast was (right|wrong): converges/);
  const types = (await readAll(trace)).map(({ type }) => type);
  t.ok(types.includes('observer') && types.includes('forecast'));

  const json = await precopy('migrate', 'shown', ...moveFlags(b, a), ...wanted, '--json');
  const events = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(
    events.find(({ type }) => type === 'forecast'),
    { forecast: { verdict: 'converges', totalMs: { expected: Number } } },
  );
  t.match(events.at(-1), {
    type: 'end',
    result: {
      pause: { outsideMs: Number },
      forecast: { expected: { verdict: 'converges' }, actual: { totalMs: Number }, error: { total: Number } },
    },
  });

  const nobody = await precopy('migrate', 'shown', ...moveFlags(a, b), '--observe-lab', 'nowhere');
  t.match(nobody, { code: 1, stderr: /There is no lab named nowhere/ });
});
