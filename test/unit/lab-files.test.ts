import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { rmdir, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { inSharedDirectory } from '../../lib/lab/files.js';

test('a directory that somebody removes again and again is there for the work all the same', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'shared-'));
  t.teardown(() => rmSync(parent, { recursive: true }));
  const directory = join(parent, 'of-all');
  const link = join(directory, 'mine');
  let isOver = false;
  const removed = (async () => {
    while (!isOver) await rmdir(directory).catch(() => {});
  })();
  for (let count = 0; count < 2000; count += 1) {
    await inSharedDirectory(directory, () => symlink('/dev/null', link));
    await unlink(link);
  }
  isOver = true;
  await removed;
  t.notOk(existsSync(link), 'each was made, and removed again');
});

test('one that cannot be made is an error, and so is what goes wrong with the work', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'shared-'));
  t.teardown(() => rmSync(parent, { recursive: true }));
  symlinkSync(join(parent, 'nowhere'), join(parent, 'dangling'));
  await t.rejects(
    inSharedDirectory(join(parent, 'dangling'), async () => {}),
    { code: 'ENOENT' },
  );
  await t.rejects(
    inSharedDirectory(parent, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
});
