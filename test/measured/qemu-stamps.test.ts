import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { MonitorWatch } from '../../bench/engine/monitor.js';
import { qemuPause } from '../../bench/engine/qemu-events.js';
import { Lab } from '../../lib/lab/index.js';
import { DomainMessageType, type QemuMonitorEvent } from '../../lib/libvirt/index.js';
import { moveOptions, observeMove, startWriter } from '../lab/moving.js';

/** Keeps every processor busy, so that daemons and clients have to wait for theirs. */
function busyMachine(): Disposable {
  const spinners = Array.from({ length: 2 * availableParallelism() }, () =>
    spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
  );
  return {
    [Symbol.dispose]: () => {
      for (const spinner of spinners) spinner.kill('SIGKILL');
    },
  };
}

test("QEMU's own stamps", async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const monitor = await MonitorWatch.start(lab.hosts);
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'stamped');

  await t.test('a connection and a domain on it hear of a stop and a start, and the guest is as it was', async (t) => {
    await using connection = await a.connect();
    const domain = await connection.domainLookupByName(guest.name);
    const taints = await domain.getMessages(DomainMessageType.TAINTING);
    const heard: [string, QemuMonitorEvent][] = [];
    await using _one = await domain.subscribe('qemuMonitorEvent', (event) => heard.push(['domain', event]));
    await using _all = await connection.subscribe('qemuMonitorEvent', (event) => heard.push(['host', event]));
    const beforeMs = Date.now();
    await domain.suspend();
    await domain.resume();
    while (heard.length < 4) await sleep(5);
    t.same(heard.map(([where, { event }]) => `${where} ${event}`).sort(), [
      ...['domain RESUME', 'domain STOP'],
      ...['host RESUME', 'host STOP'],
    ]);
    for (const [, { domain, timestampMicroseconds = 0 }] of heard) {
      t.match(domain, { name: guest.name });
      t.ok(timestampMicroseconds / 1000 >= beforeMs && timestampMicroseconds / 1000 <= Date.now());
    }
    t.same(await domain.getMessages(DomainMessageType.TAINTING), taints, 'to listen taints nothing');
  });

  await t.test('on a busy machine the observed pause is that between STOP and RESUME', async (t) => {
    using _busy = busyMachine();
    for (const [from, to] of [
      [a, b],
      [b, a],
      [a, b],
      [b, a],
    ] as const) {
      const sinceNs = BigInt(Date.now()) * 1_000_000n;
      const { result } = await observeMove(moveOptions(guest.name, from, to));
      t.equal(result.outcome, 'completed');
      // The witness is as late as everybody.
      await sleep(200);
      const { pauseMs = Number.NaN } = qemuPause(monitor.eventsOf(guest.name, sinceNs), from.name, to.name);
      const { observedMs = Number.NaN } = result.pause;
      t.ok(
        Math.abs(observedMs - pauseMs) <= Math.max(5, pauseMs * 0.05),
        `${from.name} → ${to.name}: ${observedMs.toFixed(2)} ms observed, ${pauseMs.toFixed(2)} ms by QEMU`,
      );
    }
  });
});
