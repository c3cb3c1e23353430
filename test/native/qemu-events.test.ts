import t from 'tap';
import { Connection } from '../../lib/libvirt/index.js';
import { libvirtdObstacle, startLibvirtd } from './support/libvirtd.js';
import { openTest } from './support/test-driver.js';

const skip = libvirtdObstacle() ?? false;
const ignore = (): void => undefined;

t.test('a driver without QEMU refuses, with a typed error and no listener left', async (t) => {
  await using test = await openTest();
  for (const source of [test.connection, test.domain]) {
    const refused = { name: 'LibvirtError', code: 'VIR_ERR_NO_SUPPORT' };
    await t.rejects(source.subscribe('qemuMonitorEvent', ignore), refused);
    await t.rejects(source.events('qemuMonitorEvent').next(), refused);
    t.equal(source.listenerCount('qemuMonitorEvent'), 0);
  }
  t.equal((await test.domain.getState()).state, 'running', 'the connection is as good as before');
});

t.test('registered, ended and registered again, beside other events', { skip }, async (t) => {
  await using daemon = await startLibvirtd();
  const { socketPath } = daemon;
  await using connection = await Connection.open('qemu+unix:///system', { socketPath });
  for (let round = 0; round < 20; round++) {
    const lifecycle = await connection.subscribe('lifecycle', ignore);
    const monitor = await connection.subscribe('qemuMonitorEvent', ignore);
    await (round % 2 === 0 ? lifecycle : monitor).unsubscribe();
    await (round % 2 === 0 ? monitor : lifecycle).unsubscribe();
  }
  t.equal(await connection.isAlive(), true);
});

t.test('a connection that still listens is closed all the same', { skip }, async (t) => {
  await using daemon = await startLibvirtd();
  const { socketPath } = daemon;
  const connection = await Connection.open('qemu+unix:///system', { socketPath });
  const stream = connection.events('qemuMonitorEvent');
  await stream.ready;
  await connection.subscribe('lifecycle', ignore);
  const next = stream.next();
  await connection.close();
  t.same(await next, { done: true, value: undefined });
});

t.test('who may only read may not listen', { skip }, async (t) => {
  await using daemon = await startLibvirtd();
  const { socketPath } = daemon;
  await using connection = await Connection.open('qemu+unix:///system', { socketPath, readOnly: true });
  await t.rejects(connection.subscribe('qemuMonitorEvent', ignore), { code: 'VIR_ERR_OPERATION_DENIED' });
  await connection.subscribe('lifecycle', ignore);
});
