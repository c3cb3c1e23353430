import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { useOwnState } from './lab-state.js';
import { canConnect } from './lab-transfer.js';
import { running, startEmptyGuest, virsh } from './lab-virsh.js';

test('a host that loses its power is gone at once, with its guests, and can be switched on again', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];
  await startEmptyGuest(a, 'victim');
  await startEmptyGuest(b, 'bystander');
  const qemu = await a.qemu('victim');
  t.ok(qemu, 'the guest has a process');

  await a.powerOff();
  t.notOk(await a.isUp());
  await t.rejects(virsh(a, 'list'), /socket/);
  t.throws(() => process.kill(qemu?.pid ?? 0, 0), { code: 'ESRCH' }, 'its QEMU is gone');
  await t.rejects(a.exec(['true']), { code: 'ERR_PRECOPY_LAB_BROKEN' });
  t.same(await running(b), ['bystander'], 'the other host goes on');
  t.match(await Lab.list(), [{ state: 'up', hosts: [{ isUp: false }, { isUp: true }] }]);

  await a.powerOn();
  t.same(await running(a), [], 'it is back, its guest is not');
  t.ok(await canConnect(b, a.address('control'), 16509), 'its cables are plugged in');
});

test('a daemon can be killed, frozen and started again, and its guests do not notice', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ hosts: 1 });
  const a = lab.host('a');
  await startEmptyGuest(a, 'guest');
  const before = (await a.qemu('guest'))?.pid;

  await a.daemon.kill();
  t.equal(await a.daemon.process(), undefined);
  await t.rejects(virsh(a, 'list'), /socket/);
  await t.rejects(a.daemon.kill(), { code: 'ERR_PRECOPY_LAB_DAEMON' }, 'what does not run cannot be killed');
  await a.daemon.start();
  t.same(await running(a), ['guest'], 'the new one finds the guest');

  await a.daemon.freeze();
  const answer = virsh(a, 'list', '--name');
  const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 500, 'silence'))]);
  t.equal(early, 'silence', 'a frozen daemon does not answer');
  await a.daemon.thaw();
  t.equal(await answer, 'guest', 'until it is thawed');

  await a.daemon.restart();
  t.same(await running(a), ['guest']);
  t.equal((await a.qemu('guest'))?.pid, before, 'it was the same QEMU all the time');
});

test('a QEMU can be frozen and killed', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ hosts: 1 });
  const a = lab.host('a');
  await startEmptyGuest(a, 'guest');
  const qemu = await a.qemu('guest');
  await qemu?.freeze();
  t.match((await a.exec(['cat', `/proc/${qemu?.innerPid}/status`])).stdout, /^State:\s+T/m);
  await qemu?.thaw();
  t.match((await a.exec(['cat', `/proc/${qemu?.innerPid}/status`])).stdout, /^State:\s+[^T]/m);
  await qemu?.kill();
  t.equal(await a.qemu('guest'), undefined);
  t.equal(await a.qemu('stranger'), undefined, 'a guest that never was has none');
});
