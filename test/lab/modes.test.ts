import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { MigrationError, restore, save } from '../../lib/migration/index.js';
import { moveOptions, observeMove, startWriter, stillBeats, virshSees } from './moving.js';

test('a guest is moved in every mode', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'traveller');
  const directory = mkdtempSync(join(tmpdir(), 'precopy-saved-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'traveller.saved');

  await t.test('quick: it stands still while all of its memory goes over', async (t) => {
    const { result, events } = await observeMove({ ...moveOptions(guest.name, a, b), mode: 'quick' });
    t.equal(result.error, undefined);
    t.match(result, { mode: 'quick', outcome: 'completed', owner: 'destination', passes: 0, decisions: [] });
    const sent = events.findLast((event) => event.type === 'sample' && event.memoryProcessedBytes > 0);
    const stopped = events.find((event) => event.type === 'phase' && event.phase === 'stop-and-copy');
    t.ok((sent?.atMs ?? 0) > (stopped?.atMs ?? Number.POSITIVE_INFINITY), 'memory went over after the stop');
    t.ok((result.pause.observedMs ?? 0) > 0);
    t.same(await virshSees(guest.name, lab.hosts), ['b']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });

  await t.test('offline: the definition alone goes over, and the guest runs on', async (t) => {
    const { result } = await observeMove({ ...moveOptions(guest.name, b, a), mode: 'offline' });
    t.equal(result.error, undefined);
    t.match(result, { mode: 'offline', outcome: 'completed', owner: 'source' });
    t.same(await virshSees(guest.name, lab.hosts), ['b']);
    const { stdout } = await a.exec(['virsh', '--quiet', 'list', '--name', '--inactive', '--persistent']);
    t.ok(stdout.split('\n').includes(guest.name), 'the other host has its definition');
  });

  await t.test('offline: one that is not running anywhere goes too, and nobody runs it', async (t) => {
    const xml = join(directory, 'idle.xml');
    const dump = await a.exec([
      'sh',
      '-c',
      `virsh dumpxml --inactive ${guest.name} | sed 's/${guest.name}/idle/; /<uuid>/d; /<mac /d' > ${xml}`,
    ]);
    t.equal(dump.exitCode, 0, dump.stderr);
    t.equal((await a.exec(['virsh', 'define', xml])).exitCode, 0);
    const options = { ...moveOptions('idle', a, b), mode: 'offline' as const, undefineSource: true };
    const { result } = await observeMove(options);
    t.equal(result.error, undefined);
    t.match(result, { outcome: 'completed', owner: 'neither' });
    const list = ['virsh', '--quiet', 'list', '--name', '--inactive'];
    t.notOk((await a.exec(list)).stdout.split('\n').includes('idle'), 'it left the source');
    t.ok((await b.exec(list)).stdout.split('\n').includes('idle'), 'and is on the destination');
  });

  await t.test('through a file: saved on one host, restored on the other', async (t) => {
    const saved = await save({ source: b.endpoint, domain: guest.name, file });
    t.match(saved, { owner: 'file', domain: { name: guest.name }, file });
    t.same(await virshSees(guest.name, lab.hosts), []);
    const restored = await restore({ source: b.endpoint, destination: a.endpoint, file });
    t.match(restored, { owner: 'destination', domain: saved.domain, state: 'running' });
    t.same(await virshSees(guest.name, lab.hosts), ['a']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });

  await t.test('a file is never restored while its guest runs, nor overwritten', async (t) => {
    for (const options of [{ destination: a.endpoint }, { source: a.endpoint, destination: b.endpoint }]) {
      await t.rejects(restore({ ...options, file }), { code: 'ERR_PRECOPY_DOMAIN_EXISTS', remedy: /out of date/ });
    }
    const taken = { code: 'ERR_PRECOPY_FILE_TAKEN', owner: 'source' };
    await t.rejects(save({ source: a.endpoint, domain: guest.name, file }), taken);
    t.same(await virshSees(guest.name, lab.hosts), ['a']);
  });

  await t.test('a save that fails or is aborted leaves the guest where it was', async (t) => {
    const lost = save({ source: a.endpoint, domain: guest.name, file: join(directory, 'no', 'such', 'directory') });
    await t.rejects(lost, MigrationError);
    await t.rejects(lost, { code: 'ERR_PRECOPY_SAVE_FAILED', owner: 'source', remedy: /as before/ });
    const signal = AbortSignal.abort(new Error('never mind'));
    const options = { source: a.endpoint, domain: guest.name, file: join(directory, 'another.saved') };
    await t.rejects(save({ ...options, signal }), { code: 'ERR_PRECOPY_ABORTED', message: /never mind/ });
    const none = restore({ destination: a.endpoint, file: options.file });
    await t.rejects(none, { code: 'ERR_PRECOPY_NO_SAVED_GUEST' });
    t.same(await virshSees(guest.name, lab.hosts), ['a']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });
});
