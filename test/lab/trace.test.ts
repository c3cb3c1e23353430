import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { type Host, Lab } from '../../lib/lab/index.js';
import { adopt, type MigrationEvent } from '../../lib/migration/index.js';
import { readTrace, replay, type TraceEntry } from '../../lib/trace/index.js';
import { newTrace, readAll } from '../support/traces.js';
import { moveOptions, observeMove, startWriter, stillBeats } from './moving.js';

const PROGRAM = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

function precopy(...args: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr]) => ({
      ...{ stdout, stderr, code: child.exitCode, signal: child.signalCode },
    }),
  );
  return { child, ended };
}

function between(from: Host, to: Host): string[] {
  return [
    ...['--source', from.endpoint.uri, '--source-socket', from.endpoint.socketPath],
    ...['--destination', to.endpoint.uri, '--destination-socket', to.endpoint.socketPath],
    ...['--peer-uri', to.peerUri, '--migrate-uri', to.migrateUri],
  ];
}

/** What an event is in a file. */
const asWritten = (event: MigrationEvent) => JSON.parse(JSON.stringify(event));

test('a migration and its trace', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'traced');

  await t.test('everything that the migration said is in it, and the calls besides', async (t) => {
    const trace = newTrace(t);
    const { result, events } = await observeMove({ ...moveOptions('traced', a, b), budget: { pauseMs: 200 }, trace });
    t.equal(result.outcome, 'completed');
    const entries = await readAll(trace);
    t.match(entries[0], {
      type: 'trace',
      version: 1,
      isAdopted: false,
      options: { policy: 'budget', domain: 'traced' },
    });
    const isOwn = ({ type }: TraceEntry) => ['trace', 'call', 'end'].includes(type);
    t.same(
      entries.filter((entry) => !isOwn(entry)),
      events.filter(({ type }) => type !== 'end').map(asWritten),
    );
    const { outcome, owner, passes, sentBytes, pause } = result;
    t.match(entries.at(-1), { type: 'end', result: { outcome, owner, passes, sentBytes, pause } });
    const calls = entries.flatMap((entry) => (entry.type === 'call' ? [entry.function] : []));
    for (const call of [
      'virConnectOpen',
      'virDomainGetJobStats',
      'virDomainMigrateSetMaxDowntime',
      'virDomainMigrateToURI3',
    ])
      t.ok(calls.includes(call), call);
    const count = (name: string) => calls.filter((call) => call === name).length;
    const [lookups, questions] = [count('virDomainLookupByUUIDString'), count('virDomainGetState')];
    t.ok(
      lookups < questions / 3,
      `a guest that was found is not looked up again: ${lookups} for ${questions} questions`,
    );
  });

  await t.test('a hold with its release is in it, and is no difference in a replay', async (t) => {
    const trace = newTrace(t);
    const hooks = { beforeSwitchover: () => new Promise<void>((resolve) => setTimeout(resolve, 500)) };
    const { result } = await observeMove({ ...moveOptions('traced', b, a), hooks, trace });
    t.equal(result.hold, 'held');
    const entries = await readAll(trace);
    t.same(
      entries.flatMap((entry) => (entry.type === 'hold' ? [entry.what] : [])),
      ['begin', 'release'],
    );
    t.match(await replay(entries), { differences: 0, end: 'stopped' });
  });

  await t.test('the command line writes it, and replays it', async (t) => {
    const trace = newTrace(t);
    t.match(await precopy('migrate', 'traced', ...between(a, b), '--trace', trace).ended, { code: 0 });
    const same = await precopy('replay', trace).ended;
    t.match(same, { code: 0, stdout: /Recorded with budget, replayed with budget[\s\S]*They decide the same\./ });
    const other = await precopy('replay', trace, '--policy', 'nova', '--json').ended;
    t.match(JSON.parse(other.stdout), { recordedPolicy: 'budget', replayedPolicy: 'nova' });
    const again = await precopy('migrate', 'traced', ...between(b, a), '--trace', trace).ended;
    t.match(again, { code: 1, stderr: /a trace is never overwritten/ });
  });

  await t.test(
    'a process that is killed in the middle leaves it readable, and whoever adopts writes another',
    async (t) => {
      await lab.link.shape({ bitsPerSecond: 300e6 });
      const [trace, adopted] = [newTrace(t), newTrace(t)];
      const { child, ended } = precopy('migrate', 'traced', ...between(b, a), '--trace', trace, '--json');
      let samples = 0;
      child.stdout?.on('data', (data: Buffer) => {
        samples += data.toString().split('"type":"sample"').length - 1;
        if (samples > 20) child.kill('SIGKILL');
      });
      t.match(await ended, { signal: 'SIGKILL' });
      const { source, destination, domain } = moveOptions('traced', b, a);
      const result = await adopt({ source, destination, domain, trace: adopted }).outcome;
      t.equal(result.outcome, 'completed');

      const types = (await readAll(trace)).map(({ type }) => type);
      t.match(types[0], 'trace');
      t.ok(types.includes('pass') && types.includes('sample'), 'up to where it was killed');
      t.notOk(types.includes('end'));
      t.match(await replay(readTrace(trace)), { end: 'cut off', differences: 0 });

      const entries = await readAll(adopted);
      t.match(entries[0], { isAdopted: true });
      t.match(entries.at(-1), { type: 'end', result: { owner: 'destination' } });
      t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
    },
  );
});
