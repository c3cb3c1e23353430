import { tracingChannel } from 'node:diagnostics_channel';
import t, { type Test } from 'tap';
import { CALL_CHANNEL, type CallTrace, LibvirtError } from '../../lib/libvirt/index.js';
import { openTest } from './support/test-driver.js';

interface Told {
  event: string;
  trace: CallTrace;
}

/** What the channel tells until the test is over. */
function listen(t: Test): Told[] {
  const told: Told[] = [];
  const hear = (event: string) => (message: unknown) => {
    told.push({ event, trace: { ...(message as CallTrace) } }); // documented to be one
  };
  const handlers = { start: hear('start'), end: hear('end'), asyncStart: hear('asyncStart') };
  const subscribers = { ...handlers, asyncEnd: hear('asyncEnd'), error: hear('error') };
  const channel = tracingChannel(CALL_CHANNEL);
  channel.subscribe(subscribers);
  t.teardown(() => channel.unsubscribe(subscribers));
  return told;
}

t.test('a call is told of at its start and at its end, with its function, guest and host', async (t) => {
  await using test = await openTest();
  const told = listen(t);
  await test.domain.getState();
  t.same(
    told.map(({ event }) => event),
    ['start', 'end', 'asyncStart', 'asyncEnd'],
  );
  const { name, uuid } = test.domain;
  const about = { function: 'virDomainGetState', uri: 'test:///default', domain: { name, uuid } };
  for (const { trace } of told) t.match(trace, about);
  t.equal(told[0]?.trace.durationMs, undefined);
  t.ok((told.at(-1)?.trace.durationMs ?? 0) > 0);
});

t.test('a call that fails tells why, as its caller gets to know', async (t) => {
  await using test = await openTest();
  const told = listen(t);
  await t.rejects(test.domain.resume());
  const failed = told.find(({ event }) => event === 'error');
  t.match(failed?.trace, { function: 'virDomainResume', error: LibvirtError });
  t.ok((failed?.trace.durationMs ?? 0) > 0);
});

t.test('connections tell of what they do from open to close', async (t) => {
  const told = listen(t);
  const test = await openTest();
  await test.domain.getStats();
  await (await test.connection.subscribe('lifecycle', () => {})).unsubscribe();
  await test.connection.close();
  const functions = told.filter(({ event }) => event === 'start').map(({ trace }) => trace.function);
  for (const wanted of ['virConnectOpen', 'virDomainLookupByName', 'virDomainListGetStats', 'virConnectClose']) {
    t.ok(functions.includes(wanted), wanted);
  }
  t.ok(functions.includes('virConnectDomainEventRegisterAny'));
});

t.test('when nobody listens any more nothing is told', async (t) => {
  await using test = await openTest();
  let told: Told[] = [];
  await t.test('somebody listens', async (t) => {
    told = listen(t);
    await test.domain.getState();
  });
  const before = told.length;
  t.ok(before > 0);
  await test.domain.getState();
  t.equal(told.length, before);
});
