import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { type Forecast, forecast, forecastError } from '../../lib/index.js';
import { type Host, Lab } from '../../lib/lab/index.js';
import { moveOptions, observeMove, startWriter, stillBeats, virshSees } from '../lab/moving.js';
import { end, start } from '../support/command-line.js';

const PROGRAM = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

function precopy(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
}

function between(from: Host, to: Host): string[] {
  return [
    ...['--source', from.endpoint.uri, '--source-socket', from.endpoint.socketPath],
    ...['--destination', to.endpoint.uri, '--destination-socket', to.endpoint.socketPath],
    ...['--peer-uri', to.peerUri, '--migrate-uri', to.migrateUri],
  ];
}

/** Within a factor: a busy machine may spoil any figure, but not its order of magnitude. */
const isAbout = (expected: number | undefined, actual: number | undefined, factor: number): boolean =>
  expected !== undefined && actual !== undefined && expected < actual * factor && expected > actual / factor;

test('what is forecast comes true', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'foreseen', 20e6);
  const options = moveOptions('foreseen', a, b);

  await t.test('nothing says how fast the link is: that is asked for', async (t) => {
    await t.rejects(forecast(options), { code: 'ERR_PRECOPY_LINK_UNKNOWN', remedy: /probe/ });
    const { status, stderr } = precopy(['forecast', 'foreseen', ...between(a, b)]);
    t.equal(status, 1);
    t.match(stderr, /--expect-link/);
  });

  await t.test('Ctrl-C in a probe aborts it first: the guest stays, and nothing is under way', async (t) => {
    const child = start(['forecast', 'foreseen', ...between(a, b), '--probe']);
    await using connection = await b.connect();
    while ((await connection.listAllDomains()).length === 0) await delay(5);
    child.kill('SIGINT');
    t.match(await end(child), { code: 130, stderr: /Aborted: interrupted with Ctrl-C/ });
    t.same(await virshSees('foreseen', lab.hosts), ['a']);
    t.same(await connection.listAllDomains(), []);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });

  await t.test('killed in a probe, it leaves the guest where it is and nothing under way', async (t) => {
    const child = start(['forecast', 'foreseen', ...between(a, b), '--probe']);
    await using source = await a.connect();
    await using destination = await b.connect();
    while ((await destination.listAllDomains()).length === 0) await delay(5);
    child.kill('SIGKILL');
    await end(child);
    const domain = await source.domainLookupByName('foreseen');
    while ((await domain.getJobStats()).type !== 'none') await delay(20);
    while ((await destination.listAllDomains()).length > 0) await delay(20);
    t.same(await virshSees('foreseen', lab.hosts), ['a']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });

  let foreseen: Forecast | undefined;
  await t.test('a probe measures it, and the guest stays where it is', async (t) => {
    foreseen = await forecast({ ...options, probe: true });
    t.match(foreseen, { verdict: 'converges', inputs: { link: { from: 'probed' } } });
    t.ok(isAbout(foreseen.inputs.link.value, 118e6, 1.5), `${foreseen.inputs.link.value} bytes per second`);
    t.same(await virshSees('foreseen', lab.hosts), ['a']);
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });

  await t.test('the migration goes as was said', async (t) => {
    const { result } = await observeMove(options);
    t.equal(result.outcome, 'completed');
    if (foreseen === undefined) return;
    const { totalMs, passes, sentBytes, pause } = result;
    const error = forecastError(foreseen, {
      ...{ isCompleted: true, isPostCopy: false, isSuspended: false, throttle: 0 },
      ...{ totalMs, passes, sentBytes, pauseMs: pause.observedMs },
    });
    t.comment(`off by ${JSON.stringify(error)}`);
    t.equal(error.isVerdictRight, true);
    t.ok(isAbout(foreseen.sentBytes.expected, sentBytes, 2), `${foreseen.sentBytes.expected} and ${sentBytes} bytes`);
    t.ok(isAbout(foreseen.totalMs?.expected, totalMs, 3), `${foreseen.totalMs?.expected} and ${totalMs} ms`);
  });

  await t.test('the next forecast knows the link by that', async (t) => {
    const back = moveOptions('foreseen', b, a);
    const there = await observeMove(back);
    t.equal(there.result.outcome, 'completed');
    const again = await forecast(options);
    t.match(again.inputs, { link: { from: 'learnt' }, used: { from: 'learnt' }, fixedPause: { from: 'learnt' } });
  });

  await t.test('a writer above the speed of the link needs an escalation, and that is named', async (t) => {
    const { verdict, remedy } = await forecast({ ...options, expect: { linkBytesPerSecond: 5e6 } });
    t.match({ verdict, remedy }, { verdict: 'not-within-budget', remedy: 'post-copy' });
    const helped = await forecast({ ...options, escalate: ['post-copy'], expect: { linkBytesPerSecond: 5e6 } });
    t.equal(helped.verdict, 'only-post-copy');
  });

  await t.test('the command says it in a table, in sentences, and as JSON', async (t) => {
    const known = ['foreseen', ...between(a, b), '--expect-link', '940Mbit/s'];
    const { stdout } = precopy(['forecast', ...known, '--explain']);
    t.match(stdout, /foreseen: converges[\s\S]*total[\s\S]*pause[\s\S]*as was said[\s\S]*first pass takes/);
    const { stdout: json } = precopy(['forecast', ...known, '--json']);
    t.match(JSON.parse(json), { verdict: 'converges', totalMs: { expected: Number }, pauseMs: { expected: Number } });
  });
});
