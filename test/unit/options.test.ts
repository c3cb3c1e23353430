import { test } from 'tap';
import { DomainMigrateFlags } from '../../lib/libvirt/index.js';
import { migrateCall } from '../../lib/migration/call.js';
import { chooseControl } from '../../lib/migration/control.js';
import { migrate } from '../../lib/migration/index.js';
import { type MigrateOptions, resolveOptions } from '../../lib/migration/options.js';

const valid: MigrateOptions = { source: 'qemu+tls://a/system', destination: 'qemu+tls://b/system', domain: 'db1' };

/** Option, value, and what the message must say is allowed. */
const wrong: [string, unknown, RegExp][] = [
  ['source', 7, /libvirt URI/],
  ['source', '', /libvirt URI/],
  ['source', 'qemu+ssh://a/system?command=/bin/x', /without the parameter command/],
  ['destination', { uri: 'qemu:///system?socket=/run/x' }, /without the parameter socket/],
  ['transport.peerUri', 'qemu+ext://b/system', /allowExternalTransport|ext/],
  ['destination', { socketPath: '/x' }, /libvirt URI/],
  ['domain', '', /non-empty string/],
  ['transport', 'fast', /an object/],
  ['transport.control', 'tunnel', /peer-to-peer or direct/],
  ['transport.parallel', 0, /from 1 to 255/],
  ['transport.parallel', 2.5, /whole number/],
  ['transport.bandwidthBytesPerSecond', 1000, /multiple of 1048576/],
  ['transport.compression', 'mt', /xbzrle or zlib or zstd/],
  ['transport.tls', 1, /true or false, or a non-empty string/],
  ['transport.speed', 1, /left out: the options are control/],
  ['persistDestination', 'yes', /true or false/],
  ['copyDisks', [], /at least one/],
  ['sampleIntervalMs', 1, /from 10 to 60000/],
  ['deadlines.callMs', -5, /whole number from 1/],
  ['deadlines.callMs', 2 ** 31, /whole number from 1 to 2073600000/],
  ['hooks.connected', 'echo', /a function, an object with a function run/],
  ['hooks.connected', [() => {}, 7], /a function, an object with a function run/],
  ['signal', {}, /an AbortSignal/],
  ['budget.pauseMs', 0, /from 1 to 2000000/],
  ['budget.slowdown', 30, /from 0 to 1/],
  ['budget.downtimeMs', 30, /left out: the options are pauseMs/],
  ['escalate', ['abort', 'abort'], /each at most once/],
  ['escalate', ['hope'], /throttle, post-copy, pause, abort/],
  ['safety', 'none', /auto or strict or guarded/],
  ['allow', ['same-host'], /each at most once/],
  ['policy', 'wishful', /budget or qemu/],
  ['forecast', 'yes', /true or false, or a forecast that forecast\(\) gave/],
  ['forecast', { verdict: 'converges' }, /a forecast that forecast\(\) gave/],
  ['observer', {}, /an object with a function window/],
  ['downtime', 300, /left out: the options are mode/],
];

for (const [option, value, allowed] of wrong) {
  test(`${option} = ${JSON.stringify(value)} is refused before anything is touched`, (t) => {
    const [first = '', second] = option.split('.');
    const options = { ...valid, [first]: second === undefined ? value : { [second]: value } };
    t.throws(() => migrate(options), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', message: allowed });
    t.throws(() => migrate(options), { message: new RegExp(`^${option.replace('.', '\\.')}`) });
    t.end();
  });
}

// A timer of Node's that is to wait for longer than 24 days, or for no number, ends at once, and the hook would fail at once.
const wrongHooks: [string, object, RegExp][] = [
  ['deadlineMs', { run: () => {}, deadlineMs: 2 ** 31 }, /from 1 to 2073600000/],
  ['deadlineMs', { run: () => {}, deadlineMs: Number.NaN }, /a number from 1/],
  ['deadlineMs', { run: () => {}, deadlineMs: 0 }, /a number from 1/],
  ['onFailure', { run: () => {}, onFailure: 'ignore' }, /abort or continue/],
  ['onfailure', { run: () => {}, onfailure: 'continue' }, /left out: the options are run/],
  ['run', { run: 'echo' }, /a function/],
];

for (const [option, hook, allowed] of wrongHooks) {
  test(`a hook with ${option} ${Reflect.get(hook, option)} is refused before anything is touched`, (t) => {
    for (const given of [hook, [() => {}, hook]]) {
      // The point of the test: a caller without types.
      const options = { ...valid, hooks: { prepared: given } } as MigrateOptions;
      t.throws(() => migrate(options), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', message: allowed });
      t.throws(() => migrate(options), { message: new RegExp(`^hooks\\.prepared\\.${option}`) });
    }
    t.end();
  });
}

for (const option of ['source', 'destination', 'domain'] as const) {
  test(`${option} is required`, (t) => {
    const { [option]: _left, ...rest } = valid;
    // The point of the test: a caller without types.
    t.throws(() => migrate(rest as MigrateOptions), {
      code: 'ERR_PRECOPY_INVALID_ARGUMENT',
      message: new RegExp(option),
    });
    t.end();
  });
}

test('defaults are in one place', (t) => {
  const { deadlines, sampleIntervalMs } = resolveOptions({ ...valid, deadlines: { abortMs: 5 } });
  t.same(deadlines, { connectMs: 30_000, callMs: 10_000, settleMs: 15_000, abortMs: 5 });
  t.equal(sampleIntervalMs, 100);
  t.end();
});

test('options become flags and parameters of libvirt, and nothing that was not asked for', (t) => {
  t.same(
    migrateCall(resolveOptions(valid), {
      control: 'direct',
      settings: { postCopy: false, notes: [] },
      safety: 'guarded',
    }),
    {
      flags: DomainMigrateFlags.LIVE,
      parameters: {},
    },
  );
  const { flags, parameters } = migrateCall(
    resolveOptions({
      ...valid,
      persistDestination: true,
      copyDisks: ['vda'],
      transport: { bandwidthBytesPerSecond: 64 * 1024 * 1024, parallel: 4, compression: 'zstd', tls: 'b.example' },
    }),
    {
      control: 'peer-to-peer',
      settings: { postCopy: true, autoConverge: { initial: 0.7, increment: 0.01 }, notes: [] },
      safety: 'strict',
    },
  );
  const { LIVE, PEER2PEER, PERSIST_DEST, NON_SHARED_DISK, PARALLEL, COMPRESSED, TLS, AUTO_CONVERGE, POSTCOPY, PAUSED } =
    DomainMigrateFlags;
  t.equal(
    flags,
    LIVE | PEER2PEER | PERSIST_DEST | NON_SHARED_DISK | PARALLEL | COMPRESSED | TLS | AUTO_CONVERGE | POSTCOPY | PAUSED,
  );
  t.same(parameters, {
    migrateDisks: ['vda'],
    bandwidthMebibytesPerSecond: 64,
    parallelConnections: 4,
    autoConvergeInitialPercent: 70,
    autoConvergeIncrementPercent: 1,
    compression: ['zstd'],
    tlsDestination: 'b.example',
  });
  t.end();
});

test('control is peer-to-peer wherever the source can reach the destination', (t) => {
  t.match(chooseControl({}, 'qemu+tls://b/system'), { mode: 'peer-to-peer', peerUri: 'qemu+tls://b/system' });
  t.match(chooseControl({ peerUri: 'qemu+tcp://10.0.0.2/system' }, 'qemu:///system'), { mode: 'peer-to-peer' });
  t.match(chooseControl({ control: 'direct' }, 'qemu+tls://b/system'), { mode: 'direct' });
  t.match(chooseControl({}, 'qemu:///system'), { mode: 'direct', warning: { code: 'direct-control' } });
  t.throws(() => chooseControl({ control: 'peer-to-peer' }, 'qemu:///system'), { code: 'ERR_PRECOPY_NO_PEER_URI' });
  t.end();
});
