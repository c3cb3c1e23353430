import { once } from 'node:events';
import t from 'tap';
import type { LifecycleEvent } from '../../lib/libvirt/index.js';
import { domainXml, openTest } from './support/test-driver.js';

t.test('what happens after subscribe() is seen, stamped with the monotonic clock', async (t) => {
  await using test = await openTest();
  const seen: LifecycleEvent[] = [];
  await using subscription = await test.connection.subscribe('lifecycle', (event) => seen.push(event));
  const before = process.hrtime.bigint();
  await test.domain.suspend();
  await test.domain.resume();
  while (seen.length < 2) await new Promise(setImmediate);
  const after = process.hrtime.bigint();
  t.match(seen, [
    { event: 'suspended', detail: 'paused', domain: { name: 'test', uuid: test.domain.uuid, id: 1 } },
    { event: 'resumed', detail: 'unpaused' },
  ]);
  const stamps = [before, ...seen.map(({ monotonicNs }) => monotonicNs), after];
  t.same(stamps, [...stamps].sort(), 'in order, on the clock of process.hrtime');
  await subscription.unsubscribe();
  await test.domain.suspend();
  await test.domain.resume();
  t.equal(seen.length, 2, 'nothing after unsubscribe()');
});

t.test('10000 of 10000 arrive, in order', async (t) => {
  await using test = await openTest();
  const seen: string[] = [];
  await test.connection.subscribe('lifecycle', ({ event }) => seen.push(event));
  for (let i = 0; i < 5000; i++) {
    await test.domain.suspend();
    await test.domain.resume();
  }
  while (seen.length < 10_000) await new Promise(setImmediate);
  t.ok(seen.every((event, i) => event === (i % 2 === 0 ? 'suspended' : 'resumed')));
  t.equal(seen.length, 10_000);
});

t.test('a domain hears only of itself', async (t) => {
  await using test = await openTest();
  const other = await test.connection.domainCreateXML(domainXml('other'));
  const seen: string[] = [];
  await test.domain.subscribe('lifecycle', ({ domain }) => seen.push(domain.name));
  await other.suspend();
  await test.domain.suspend();
  while (seen.length < 1) await new Promise(setImmediate);
  t.same(seen, ['test']);
});

t.test('on() and once() register in the background', async (t) => {
  await using test = await openTest();
  // Nothing else keeps the process alive while only a listener waits.
  test.connection.ref();
  const seen = once(test.connection, 'lifecycle');
  // The host answers calls in order, so that this one comes back after the registration.
  await test.connection.subscribe('lifecycle', () => undefined);
  await test.domain.suspend();
  t.match(await seen, [{ event: 'suspended' }]);
});

t.test('events() buffers from ready on, whenever it is read', async (t) => {
  await using test = await openTest();
  const stream = test.domain.events('lifecycle');
  await stream.ready;
  for (let i = 0; i < 50; i++) {
    await test.domain.suspend();
    await test.domain.resume();
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  const seen: string[] = [];
  for await (const { event } of stream) {
    seen.push(event);
    if (seen.length === 100) break;
  }
  t.equal(seen.length, 100);
  t.same(await stream.next(), { done: true, value: undefined });
});

t.test('it ends with its signal, and with its connection', async (t) => {
  const { connection, domain } = await openTest();
  const controller = new AbortController();
  const aborted = domain.events('lifecycle', { signal: controller.signal });
  const closed = connection.events('lifecycle');
  await Promise.all([aborted.ready, closed.ready]);
  const waiting = [aborted.next(), closed.next()];
  controller.abort();
  await connection.close();
  t.same(await Promise.all(waiting), Array(2).fill({ done: true, value: undefined }));
  const already = AbortSignal.abort();
  await using test = await openTest();
  t.same(await test.domain.events('lifecycle', { signal: already }).next(), { done: true, value: undefined });
});

t.test('an iterator of a connection that is closed fails, once', async (t) => {
  const { connection } = await openTest();
  await connection.close();
  const stream = connection.events('lifecycle');
  await t.rejects(stream.ready, { code: 'ERR_PRECOPY_CONNECTION_CLOSED' });
  await t.rejects(stream.next(), { code: 'ERR_PRECOPY_CONNECTION_CLOSED' });
  t.same(await stream.next(), { done: true, value: undefined });
});

t.test('other events come with their own fields', async (t) => {
  await using test = await openTest();
  const metadata = test.domain.events('metadataChange');
  await metadata.ready;
  await test.domain.setMetadata(1, 'title');
  t.match((await metadata.next()).value, { type: 'title', namespaceUri: undefined, domain: { name: 'test' } });
  const lifecycle = test.connection.events('lifecycle');
  await lifecycle.ready;
  const other = await test.connection.domainDefineXML(domainXml('other'));
  await other.create();
  await other.destroy();
  await other.undefine();
  const seen: string[] = [];
  for await (const { event, detail } of lifecycle) {
    seen.push(`${event} ${detail}`);
    if (event === 'undefined') break;
  }
  t.same(seen, ['defined added', 'started booted', 'stopped destroyed', 'undefined removed']);
});
