import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { TraceWriter } from '../../lib/trace/index.js';
import { newTrace, readAll, recorded } from '../support/traces.js';

const CHILD = fileURLToPath(new URL('../support/endless-trace.js', import.meta.url));

const HASTY_CHILD = fileURLToPath(new URL('../support/hasty-trace.js', import.meta.url));

const fail = (why: string) => {
  throw new Error(why);
};

test('what is written is read, in its order', async (t) => {
  const entries = await readAll(recorded('steady'));
  const path = newTrace(t);
  const writer = await TraceWriter.create(path, fail);
  for (const entry of entries) writer.write(entry);
  await writer.close();
  t.same(await readAll(path), entries);
  t.equal(statSync(path).mode & 0o777, 0o600, 'for its owner alone');
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(1);
}

test('it is written as it happens: a reader follows', async (t) => {
  const entries = await readAll(recorded('idle'));
  const path = newTrace(t);
  await using writer = await TraceWriter.create(path, fail);
  const [first, ...more] = entries.slice(0, 5);
  if (first === undefined) throw new Error('no entries');
  writer.write(first);
  await until(() => statSync(path).size > 0);
  for (const [index, entry] of more.entries()) {
    writer.write(entry);
    await until(async () => (await readAll(path)).length === index + 2);
  }
  t.same(await readAll(path), entries.slice(0, 5));
});

test('a trace is never overwritten', async (t) => {
  const path = newTrace(t);
  await (await TraceWriter.create(path, fail)).close();
  await t.rejects(TraceWriter.create(path, fail), { code: 'ERR_PRECOPY_TRACE', remedy: /never overwritten/ });
});

test('where it cannot be written, that is said before anything else', async (t) => {
  await t.rejects(TraceWriter.create('/nowhere/run.ndjson', fail), {
    ...{
      code: 'ERR_PRECOPY_TRACE',
      message: /\/nowhere\/run\.ndjson.*ENOENT/,
      remedy: 'Name a file that can be written.',
    },
  });
});

for (const end of ['process.exit()', 'an error that nobody catches']) {
  test(`${end} in mid-run loses nothing that was added before`, async (t) => {
    const path = newTrace(t);
    spawnSync(process.execPath, [HASTY_CHILD, path, end]);
    t.same(await readAll(path), await readAll(recorded('steady')));
  });
}

test('a full disk ends the trace, says so once, and leaves what was written readable', (t) => {
  // A file system of its own, which is full after 64 kB.
  const script = 'mount -t tmpfs -o size=64k none "$2" && exec "$0" "$1" "$2/run.ndjson"';
  const directory = t.testdir();
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--user', '--map-root-user', '--mount', 'sh', '-c', script, process.execPath, CHILD, directory],
    { encoding: 'utf8' },
  );
  t.equal(status, 0, stderr);
  const { ends, entries } = JSON.parse(stdout);
  t.match(ends, [/ENOSPC/]);
  t.equal(ends.length, 1);
  t.ok(entries > 100, `${entries} entries`);
  t.end();
});
