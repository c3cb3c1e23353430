import { test } from 'tap';
import { DomainMigrateFlags } from '../../lib/libvirt/index.js';
import { migrateCall } from '../../lib/migration/call.js';
import { judgePreflight, type MigrateOptions, type Mode, migrate, restore, save } from '../../lib/migration/index.js';
import { resolveOptions } from '../../lib/migration/options.js';
import { placeAfterRestore, placeAfterSave } from '../../lib/migration/saved/image.js';
import { fine } from './preflight-facts.js';

const valid: MigrateOptions = { source: 'qemu+tls://a/system', destination: 'qemu+tls://b/system', domain: 'db1' };

const refused: [Mode, Partial<MigrateOptions>, RegExp][] = [
  ['quick', { budget: { pauseMs: 50 } }, /^budget must be left out in mode quick/],
  ['quick', { escalate: ['abort'] }, /^escalate must be left out in mode quick/],
  ['quick', { policy: 'nova' }, /^policy must be left out in mode quick/],
  ['quick', { hooks: { beforeSwitchover: () => {} } }, /^hooks.beforeSwitchover must be left out in mode quick/],
  ['quick', { forecast: true }, /^forecast must be left out in mode quick/],
  ['offline', { observer: { window: () => [] } }, /^observer must be left out in mode offline/],
  ['offline', { copyDisks: ['vda'] }, /^copyDisks must be left out in mode offline/],
  ['offline', { hooks: { stopped: () => {} } }, /^hooks.stopped must be left out in mode offline/],
  ['offline', { persistDestination: false }, /^persistDestination must be true or left out in mode offline/],
];

for (const [mode, options, message] of refused) {
  test(`mode ${mode} refuses ${JSON.stringify(options)}`, (t) => {
    t.throws(() => migrate({ ...valid, mode, ...options }), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', message });
    t.end();
  });
}

test('a mode that does not exist is refused', (t) => {
  // The point of the test: a caller without types.
  const options = { ...valid, mode: 'fast' } as unknown as MigrateOptions;
  t.throws(() => migrate(options), { message: 'mode must be live or quick or offline, not "fast"' });
  t.end();
});

test('each mode has its flags', (t) => {
  const { LIVE, OFFLINE, PERSIST_DEST, PEER2PEER } = DomainMigrateFlags;
  const flagsOf = (mode: Mode) => {
    const options = resolveOptions({ ...valid, mode });
    const settings = options.policy.settings({ memoryTotalBytes: 0, diskTotalBytes: 0, budget: {}, escalate: [] });
    return migrateCall(options, { control: 'peer-to-peer', settings, safety: 'guarded' }).flags;
  };
  t.equal(flagsOf('live'), LIVE | PEER2PEER);
  t.equal(flagsOf('quick'), PEER2PEER);
  t.equal(flagsOf('offline'), OFFLINE | PERSIST_DEST | PEER2PEER);
  t.end();
});

test('a guest that is shut off can be moved offline alone, also where it could not run', (t) => {
  const facts = { ...fine, state: { state: 'shutoff', reason: 'shutdown' }, memory: { availableBytes: 0 } } as const;
  const codesIn = (mode: Mode) =>
    judgePreflight({ ...facts, request: { ...facts.request, mode } }).findings.map(({ code }) => code);
  t.ok(codesIn('live').includes('domain-not-running'));
  t.ok(codesIn('live').includes('not-enough-memory'));
  t.same(codesIn('offline'), ['migration-port-unproven'], 'where that matters at all');
  t.end();
});

test('save and restore check their options before anything is touched', async (t) => {
  const wrong = { code: 'ERR_PRECOPY_INVALID_ARGUMENT' };
  await t.rejects(save({ source: valid.source, domain: 'db1', file: 'db1.saved' }), {
    ...wrong,
    message: /^file must be an absolute path/,
  });
  await t.rejects(save({ source: valid.source, domain: '', file: '/x' }), { ...wrong, message: /^domain/ });
  await t.rejects(restore({ destination: valid.destination, file: './x' }), { ...wrong, message: /^file/ });
});

test('where a saved guest is, by what was seen', (t) => {
  const present = { seen: 'present', state: 'running', reason: 'booted' } as const;
  const absent = { seen: 'absent' } as const;
  const unreachable = { seen: 'unreachable', why: 'it is off' } as const;
  t.equal(placeAfterSave(present, true), 'source', 'a host that has it outweighs every file');
  t.equal(placeAfterSave(absent, true), 'file');
  t.equal(placeAfterSave(absent, false), 'neither');
  t.equal(placeAfterSave(unreachable, true), 'unknown');
  t.equal(placeAfterRestore(present), 'destination');
  t.equal(placeAfterRestore(absent), 'file');
  t.equal(placeAfterRestore(unreachable), 'unknown');
  t.end();
});
