import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Connection, connect, endpointUri, getVersion, LibvirtError } from '../../lib/libvirt/index.js';
import { silentServer } from './support/silent-server.js';
import { domainXml, openTest } from './support/test-driver.js';

t.test('a connection answers questions about its host', async (t) => {
  await using test = await openTest();
  const { connection } = test;
  t.equal(connection.uri, 'test:///default');
  t.equal(await connection.getURI(), 'test:///default');
  t.equal(await connection.getType(), 'TEST');
  t.match(await connection.getHostname(), /./);
  t.match(await connection.getCapabilities(), /<capabilities>/);
  t.match(await connection.getDomainCapabilities(), /<domainCapabilities>/);
  t.match(await connection.nodeGetInfo(), { cpus: 16, memoryKibibytes: 3145728 });
  t.match(await connection.getLibVersion(), { text: /^\d+\.\d+\.\d+$/ });
  t.same(await getVersion(), await connection.getLibVersion(), 'the driver is in this process');
  t.ok((await connection.nodeGetFreeMemory()) > 0);
  t.match(await connection.nodeGetCPUStats(), { kernel: Number, user: Number });
  t.equal(await connection.isAlive(), true);
  t.equal(await connection.isSecure(), true);
  t.equal(await connection.isEncrypted(), false);
  t.match(await connection.getCPUModelNames('x86_64'), ['qemu64'].slice(1));
});

t.test('it finds, lists, makes and removes domains', async (t) => {
  await using test = await openTest();
  const { connection, domain } = test;
  t.equal((await connection.domainLookupByUUID(domain.uuid)).name, 'test');
  t.equal((await connection.domainLookupByID((await domain.getID()) ?? 0)).uuid, domain.uuid);
  const defined = await connection.domainDefineXML(domainXml('second'));
  t.same((await connection.listAllDomains()).map(({ name }) => name).sort(), ['second', 'test']);
  await defined.undefine();
  t.same(
    (await connection.listAllDomains()).map(({ name }) => name),
    ['test'],
  );
  const transient = await connection.domainCreateXML(domainXml('third'));
  t.same(await transient.getState(), { state: 'running', reason: 'booted' });
  await transient.destroy();
});

t.test('closing is idempotent, and what comes after it is a typed error', async (t) => {
  const { connection, domain } = await openTest();
  const events: unknown[] = [];
  connection.on('close', (event) => events.push(event));
  const [first, second] = [connection.close(), connection.close()];
  t.equal(connection.closed, true, 'at once');
  await Promise.all([first, second]);
  await connection.close();
  t.match(events, [{ reason: 'client', monotonicNs: BigInt }]);
  const closed = { code: 'ERR_PRECOPY_CONNECTION_CLOSED' };
  await t.rejects(connection.getHostname(), closed);
  await t.rejects(domain.getState(), closed);
  await t.rejects(
    domain.subscribe('lifecycle', () => undefined),
    closed,
  );
  await t.rejects(
    connection.subscribe('lifecycle', () => undefined),
    closed,
  );
  await t.rejects(connect(connection), closed);
  t.equal(await connection.isAlive(), false);
});

t.test('closing waits for the calls in flight', async (t) => {
  const { connection, domain } = await openTest();
  const settled: string[] = [];
  const calls = Array.from({ length: 20 }, () => domain.getXMLDesc().then(() => settled.push('call')));
  await connection.close().then(() => settled.push('close'));
  await Promise.all(calls);
  t.equal(settled.filter((what) => what === 'call').length, 20, 'none was refused');
});

t.test('two connections have nothing to do with each other', async (t) => {
  await using first = await openTest();
  const second = await openTest();
  await second.connection.close();
  t.match(await first.domain.getState(), { state: 'running' });
});

t.test('a read-only connection changes nothing', async (t) => {
  await using connection = await Connection.open({ uri: 'test:///default', readOnly: true });
  const domain = await connection.domainLookupByName('test');
  await t.rejects(domain.suspend(), { code: 'VIR_ERR_OPERATION_DENIED' });
  t.equal(connection.options.readOnly, true);
});

t.test('errors of libvirt have names', async (t) => {
  await using test = await openTest();
  const error = await test.connection.domainLookupByName('nobody').catch((reason: unknown) => reason);
  t.ok(error instanceof LibvirtError);
  t.match(error, {
    name: 'LibvirtError',
    code: 'VIR_ERR_NO_DOMAIN',
    number: 42,
    domain: 'VIR_FROM_TEST',
    level: 'error',
  });
  await t.rejects(
    Connection.open('qemu+tcp://127.0.0.1:1/system'),
    { code: 'VIR_ERR_SYSTEM_ERROR' },
    'unreachable host',
  );
  await t.rejects(Connection.open('nosuchdriver://127.0.0.1:1/'), { name: 'LibvirtError' });
});

t.test('wrong arguments are refused before anything is touched', async (t) => {
  await using test = await openTest();
  const { connection, domain } = test;
  const wrong = (option: string) => ({ code: 'ERR_PRECOPY_INVALID_ARGUMENT', option });
  // The casts are the point: what a JavaScript caller may do.
  await t.rejects(connection.domainLookupByName(3 as never), { ...wrong('name'), value: 3 });
  await t.rejects(connection.domainLookupByName('a\0b'), wrong('name'));
  await t.rejects(connection.domainLookupByID(1.5), wrong('id'));
  await t.rejects(domain.getState(-1), wrong('flags'));
  await t.rejects(domain.getState(2 ** 32), wrong('flags'));
  await t.rejects(domain.saveFlags('/tmp/x', {} as never), wrong('destinationXml'));
  await t.rejects(connection.baselineCPU('x' as never), wrong('xmls'));
  await t.rejects(domain.migrateSetMaxDowntime(0), wrong('milliseconds'));
  await t.rejects(domain.migrate3({ handle: {} } as never), wrong('destination'));
  await t.rejects(
    domain.subscribe('nothing' as never, () => undefined),
    wrong('name'),
  );
  await t.rejects(domain.migrateToURI3('qemu+ext:///x'), wrong('destination'));
  await t.rejects(Connection.open({ uri: 'test:///default', readOnly: 1 } as never), wrong('readOnly'));
  await t.rejects(
    Connection.open('test:///default', { keepAlive: { intervalSeconds: 0, count: 1 } }),
    wrong('keepAlive.intervalSeconds'),
  );
  await t.rejects(Connection.open('test:///default', { auth: { password: 3 } } as never), wrong('auth.password'));
  await t.rejects(Connection.open(undefined as never), wrong('uri'));
  await t.rejects(domain.qemuMonitorCommand('{}'), { code: 'ERR_PRECOPY_NOT_ALLOWED' });
  t.equal(endpointUri({ uri: 'qemu:///system', socketPath: '/a b' }), 'qemu:///system?socket=%2Fa%20b');
});

t.test('calls that block hold up neither files nor timers nor other calls', async (t) => {
  await using server = await silentServer();
  await using test = await openTest();
  let blocked = 64;
  const opens = Array.from({ length: blocked }, () =>
    Connection.open('test+unix:///default', { socketPath: server.socketPath }).catch(() => {
      blocked -= 1;
    }),
  );
  while (server.count < 64) await sleep(5);
  for (let i = 0; i < 20; i++) {
    await readFile('/proc/self/stat');
    await sleep(1);
    await test.domain.getState();
  }
  t.equal(blocked, 64, 'all of them still block');
  server.release();
  await Promise.all(opens);
  t.equal(blocked, 0);
});
