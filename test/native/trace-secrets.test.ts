import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'tap';
import { migrate } from '../../lib/migration/index.js';
import { resolveOptions } from '../../lib/migration/options.js';
import { withoutWords } from '../../lib/migration/secrets.js';
import { traceOptionsOf } from '../../lib/migration/tracer.js';
import { newTrace, readAll } from '../support/traces.js';

const SECRET = 'correct-horse-battery';

test('a run with passwords everywhere has none of them in its trace, not even in the words of its error', async (t) => {
  const trace = newTrace(t);
  const { error } = await migrate({
    source: {
      uri: `qemu+tcp://operator:${SECRET}@127.0.0.1:1/system`,
      auth: { username: 'operator', password: SECRET },
    },
    destination: `qemu+tcp://operator:${SECRET}@127.0.0.1:1/system`,
    domain: 'db1',
    transport: { peerUri: `qemu+tcp://operator:${SECRET}@b/system` },
    destinationXml: `<domain><graphics passwd='${SECRET}'/></domain>`,
    trace,
  }).outcome;
  t.equal(error?.code, 'ERR_PRECOPY_UNREACHABLE');
  t.notOk(error?.message.includes(SECRET), 'not in the error');
  const text = readFileSync(trace, 'utf8');
  t.notOk(text.includes(SECRET), 'and not in the trace');
  const entries = await readAll(trace);
  t.match(entries[0], {
    options: {
      source: { uri: 'qemu+tcp://operator@127.0.0.1:1/system' },
      destination: { uri: 'qemu+tcp://operator@127.0.0.1:1/system' },
      transport: { peerUri: 'qemu+tcp://operator@b/system' },
      hasDestinationXml: true,
    },
  });
  t.match(entries.at(-1), { type: 'end', result: { outcome: 'failed', error: { code: 'ERR_PRECOPY_UNREACHABLE' } } });
  t.ok(
    entries.some((entry) => entry.type === 'call' && entry.function === 'virConnectOpen' && entry.error !== undefined),
    'the calls that failed are there',
  );
});

test('whatever the password is, it is not among the options of a trace', (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]{8,20}$/), (word) => {
      const password = `pw-${word}`;
      const options = resolveOptions({
        source: { uri: 'qemu+tcp://b/system', auth: { password } },
        destination: `qemu+ssh://operator:${password}@b/system`,
        domain: 'db1',
        transport: { peerUri: `qemu+tls://o:${password}@b/system`, migrateUri: `tcp://o:${password}@b` },
        hooks: { prepared: () => {} },
      });
      return !JSON.stringify(traceOptionsOf(options)).includes(password);
    }),
  );
  t.end();
});

test('what others repeat of a password is struck out of their words, and nothing else is', (t) => {
  const said = { type: 'warning', atMs: 1, code: 'warning', message: 'bad login o:warning@b, for type warning' };
  t.same(withoutWords(said, ['warning']), { ...said, message: 'bad login o:…@b, for type …' });
  t.equal(withoutWords(said, []), said);
  t.end();
});

test('each of two runs at once has its own calls in its trace', async (t) => {
  const paths = [newTrace(t), newTrace(t)];
  const hosts = { source: 'test:///default', destination: 'test:///default', domain: 'test' };
  await Promise.all(paths.map((trace) => migrate({ ...hosts, deadlines: { settleMs: 50 }, trace }).outcome));
  for (const path of paths) {
    const calls = (await readAll(path)).flatMap((entry) => (entry.type === 'call' ? [entry.function] : []));
    t.equal(calls.filter((name) => name === 'virConnectOpen').length, 4, 'two connections to each host');
  }
});

test('a trace that exists already is refused before anything is touched', async (t) => {
  const trace = newTrace(t);
  const hosts = { source: 'test:///default', destination: 'test:///default', domain: 'test' };
  await migrate({ ...hosts, deadlines: { settleMs: 50 }, trace }).outcome;
  const before = readFileSync(trace, 'utf8');
  const { error } = await migrate({ ...hosts, trace }).outcome;
  t.equal(error?.code, 'ERR_PRECOPY_TRACE');
  t.equal(readFileSync(trace, 'utf8'), before);
});
