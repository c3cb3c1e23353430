import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Connection, connect } from '../../lib/libvirt/index.js';
import { libvirtdObstacle, startLibvirtd } from './support/libvirtd.js';

const skip = libvirtdObstacle() ?? false;

t.test('a connection over a socket: calls, events, close', { skip }, async (t) => {
  await using daemon = await startLibvirtd();
  const { socketPath } = daemon;
  await using connection = await Connection.open('test+unix:///default', { socketPath });
  t.equal(await connection.isAlive(), true);
  t.equal(connection.options.socketPath, socketPath);
  const domain = await connection.domainLookupByName('test');
  const seen: string[] = [];
  await domain.subscribe('lifecycle', ({ event }) => seen.push(event));
  for (let i = 0; i < 100; i++) {
    await domain.suspend();
    await domain.resume();
  }
  while (seen.length < 200) await sleep(1);
  t.equal(seen.length, 200);
  const qemu = await Connection.open('qemu+unix:///system', { socketPath, allowMonitorCommand: true });
  t.match(await qemu.getVersion(), { number: Number });
  t.match(await qemu.getCapabilities(), /<migration_features>/);
  await t.rejects(qemu.domainLookupByName('nobody'), { code: 'VIR_ERR_NO_DOMAIN', domain: 'VIR_FROM_QEMU' });
  t.equal(
    (await qemu.compareCPU('<cpu><arch>x86_64</arch><model>qemu64</model></cpu>').catch(({ code }) => code)) !==
      undefined,
    true,
  );
  await qemu.close();
});

t.test('a daemon that dies ends calls, iterators and the connection, with a reason', { skip }, async (t) => {
  const daemon = await startLibvirtd();
  t.teardown(() => daemon.stop());
  const connection = await Connection.open('test+unix:///default', { socketPath: daemon.socketPath });
  const domain = await connection.domainLookupByName('test');
  const stream = connection.events('lifecycle');
  await stream.ready;
  const next = stream.next();
  const closed = once(connection, 'close');
  await daemon.stop();
  await t.rejects(next, { code: 'ERR_PRECOPY_CONNECTION_LOST' });
  t.match(await closed, [{ reason: /^(eof|error)$/, monotonicNs: BigInt }]);
  t.match(connection.lost, { reason: /^(eof|error)$/ });
  t.equal(connection.closed, false, 'it still has to be closed');
  t.equal(await connection.isAlive(), false);
  await t.rejects(domain.getState(), { name: 'LibvirtError' });
  await t.rejects(connect(connection), { code: 'ERR_PRECOPY_CONNECTION_LOST' });
  await connection.close();
});

t.test('a daemon that hangs is given up by keepalive', { skip }, async (t) => {
  await using daemon = await startLibvirtd();
  const connection = await Connection.open('test+unix:///default', {
    socketPath: daemon.socketPath,
    keepAlive: { intervalSeconds: 1, count: 1 },
  });
  const closed = once(connection, 'close');
  process.kill(daemon.daemonPid, 'SIGSTOP');
  const hanging = connection.getHostname();
  await t.rejects(hanging, { name: 'LibvirtError' });
  t.match(await closed, [{ reason: 'keepalive' }]);
  await connection.close();
});

t.test('five calls and more side by side', { skip }, async (t) => {
  await using daemon = await startLibvirtd();
  await using connection = await Connection.open('test+unix:///default', { socketPath: daemon.socketPath });
  const names = await Promise.all(Array.from({ length: 200 }, () => connection.getHostname()));
  t.equal(new Set(names).size, 1);
});
