import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { entryOf, Journal, type JournalEntry, parseJournal, readJournal } from '../../lib/migration/journal.js';
import { withoutSecrets } from '../../lib/migration/secrets.js';

const UUID = '11111111-2222-4333-8444-555555555555';

const begin: JournalEntry = {
  type: 'begin',
  domain: 'db1',
  source: { uri: 'qemu+tls://a/system' },
  destination: { uri: 'qemu+tls://b/system', pkiPath: '/etc/pki/precopy' },
};

const identified: JournalEntry = {
  ...{ type: 'identified', name: 'db1', uuid: UUID, wasRunning: true, control: 'peer-to-peer' },
};

function pathFor(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'db1.migration');
}

async function writeAll(path: string, entries: readonly JournalEntry[]): Promise<void> {
  await using journal = await Journal.open(path);
  for (const entry of entries) void journal.write(entry);
}

test('what was written is read, in the order of the calls', async (t) => {
  const path = pathFor(t);
  await writeAll(path, [begin, identified, { type: 'phase', phase: 'prepare' }, { type: 'phase', phase: 'pre-copy' }]);
  t.match(readJournal(path), {
    ...{ domain: UUID, source: { uri: 'qemu+tls://a/system' }, destination: { pkiPath: '/etc/pki/precopy' } },
    ...{ control: 'peer-to-peer', wasRunning: true, phase: 'pre-copy', destinationRan: false, result: undefined },
  });
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  t.equal(lines.length, 4);
  for (const line of lines) t.match(JSON.parse(line), { version: 1, at: /^\d{4}-.*Z$/ });
  t.equal(statSync(path).mode & 0o777, 0o600);
});

test('the last migration in a file counts, and that it ran on the destination is kept', async (t) => {
  const path = pathFor(t);
  const ran: JournalEntry = { type: 'guest', side: 'destination', event: 'resumed', detail: 'migrated' };
  await writeAll(path, [begin, ran, { type: 'result', outcome: 'completed', owner: 'destination' }]);
  t.match(readJournal(path), { destinationRan: true, result: { outcome: 'completed', owner: 'destination' } });
  await writeAll(path, [{ ...begin, domain: 'db2' }]);
  t.match(readJournal(path), { domain: 'db2', destinationRan: false, wasRunning: undefined, result: undefined });
});

test('wherever a crash tears the file, what is before is read, and the next migration can be appended', async (t) => {
  const path = pathFor(t);
  const entries: JournalEntry[] = [
    begin,
    identified,
    { type: 'phase', phase: 'pre-copy' },
    { type: 'abort', reason: 'ä\n"' },
  ];
  await writeAll(path, entries);
  const whole = readFileSync(path);
  const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([index]) => index + 1);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
      writeFileSync(path, whole.subarray(0, length));
      const expected = ends.filter((end) => end <= length).length;
      const read = parseJournal(path, readFileSync(path, 'utf8'));
      if (read.length !== expected) return false;
      await writeAll(path, [begin]);
      const after = parseJournal(path, readFileSync(path, 'utf8'));
      return after.length === expected + 1 && readJournal(path).domain === 'db1';
    }),
  );
  t.pass('held for every place');
});

test('what is no journal is refused and left alone', async (t) => {
  const path = pathFor(t);
  t.throws(() => readJournal(path), { code: 'ERR_PRECOPY_JOURNAL', remedy: /resolve/ }, 'nothing there');
  writeFileSync(path, '');
  t.throws(() => readJournal(path), { code: 'ERR_PRECOPY_JOURNAL', message: /no migration/ });
  for (const [text, why] of [
    ['precious\ndata', /line 1 is no entry/],
    ['{"version":2,"type":"begin"}\n', /version 2/],
    ['{"version":1,"type":"phase","phase":"pre-copy"}\n', /no migration/],
    ['{"version":1,"type":"phase"}\n{"version":1,\n{"version":1,"type":"phase"}\n', /line 2/],
  ] as const) {
    writeFileSync(path, text);
    t.throws(() => readJournal(path), { code: 'ERR_PRECOPY_JOURNAL', message: why });
    if (!/no migration/.test(String(why))) {
      await t.rejects(Journal.open(path), { code: 'ERR_PRECOPY_JOURNAL' });
      t.equal(readFileSync(path, 'utf8'), text);
    }
  }
});

test('no secret is ever written down', (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]{8,20}$/), (secret) => {
      const hosts = [
        { uri: 'qemu+tcp://b/system', auth: { username: 'operator', password: `pw-${secret}` }, keyFile: '/key' },
        `qemu+ssh://operator:pw-${secret}@b/system`,
        { uri: `qemu+ssh://operator:pw-${secret}@b/system`, knownHostsFile: '/hosts' },
      ];
      return hosts.every((host) => !JSON.stringify(withoutSecrets(host)).includes(secret));
    }),
  );
  t.same(withoutSecrets({ uri: 'qemu:///system', socketPath: '/run/x', auth: { password: 'x' } }), {
    uri: 'qemu:///system',
    socketPath: '/run/x',
  });
  t.end();
});

test('of the events of a migration those are kept that another process needs', (t) => {
  t.same(entryOf({ type: 'phase', atMs: 1, phase: 'handover' }), { type: 'phase', phase: 'handover' });
  t.same(entryOf({ type: 'abort', atMs: 1, reason: 'why' }), { type: 'abort', reason: 'why' });
  t.same(entryOf({ type: 'guest', atMs: 1, side: 'source', event: 'suspended', detail: 'migrated' }), {
    ...{ type: 'guest', side: 'source', event: 'suspended', detail: 'migrated' },
  });
  t.equal(entryOf({ type: 'pass', atMs: 1, pass: 3 }), undefined);
  t.end();
});

test('a torn line is not what a whole one is mistaken for', async (t) => {
  const path = pathFor(t);
  await writeAll(path, [begin]);
  appendFileSync(path, '{"version":1,"type":"result","outcome":"completed","owner":"destination"}');
  t.equal(readJournal(path).result, undefined, 'without its end it was never promised');
});
