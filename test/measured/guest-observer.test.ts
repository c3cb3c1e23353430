import t from 'tap';
import { injectStops, stopOf, toleranceMs } from '../../bench/injected-stops.js';
import { median } from '../../bench/statistics.js';
import { Observer } from '../../lib/lab/observer/index.js';
import { cannotRun, machines, PlainLab } from '../support/plain-lab.js';

for (const machine of await machines()) {
  const name = `${machine.kind} guest under ${machine.accelerator}`;

  t.test(`${name}: stops of 5, 50 and 500 ms are read from outside`, { skip: machine.skip }, async (t) => {
    await using lab = await PlainLab.start();
    const { guest, heartbeats } = await lab.startGuest({ ...machine, workload: { name: 'idle' } });
    for (const stopMs of [5, 50, 500]) {
      const stops = await injectStops(stopOf(guest), heartbeats, { stopMs, repeats: 7 });
      const errorMs = median(stops.map(({ truthMs, readMs }) => Math.abs(readMs - truthMs)));
      const truthMs = median(stops.map((stop) => stop.truthMs));
      // What the machine's own unrest was worth at the time is no fault of the reading; before a stop only a part of it shows.
      const noiseMs = median(stops.map(({ noise }) => noise.p99Ms)) - 1;
      t.ok(
        errorMs <= toleranceMs(truthMs) + 3 * noiseMs,
        `${stopMs} ms: off by ${errorMs} of ${truthMs} ms, noise ${noiseMs} ms`,
      );
    }
    t.equal(lab.observer.dropped, 0, 'nothing was lost in the observer');
  });
}

t.test('every beat arrives, of several guests at once, each told apart', { skip: cannotRun }, async (t) => {
  await using lab = await PlainLab.start();
  const machine = { kind: 'bare', accelerator: 'tcg', workload: { name: 'idle' } } as const;
  const { heartbeats: first } = await lab.startGuest(machine);
  const { heartbeats: second } = await lab.startGuest({ ...machine, heartbeatHz: 100 });
  await first.waitFor((beat) => beat.sequence > 1500);
  t.same(lab.observer.guestIds, [1, 2]);
  for (const heartbeats of [first, second]) {
    const beats = heartbeats.window({ fromNs: 0n });
    t.ok(beats.every((beat) => beat.guestId === heartbeats.guestId));
    t.equal(beats.length, heartbeats.latest?.sequence, 'from the first one on');
  }
  t.ok(first.count > 3 * second.count, 'each at its own rate');
});

t.test('a guest of several processors works on all of them', { skip: cannotRun }, async (t) => {
  await using lab = await PlainLab.start();
  const workload = { name: 'steady', bytesPerSecond: 20e6 } as const;
  const { heartbeats } = await lab.startGuest({ kind: 'linux', accelerator: 'tcg', vcpus: 4, workload });
  const first = await heartbeats.waitForFirst();
  const later = await heartbeats.waitFor((beat) => beat.sequence > first.sequence + 1500);
  const rate = ((later.workPages - first.workPages) * 4096) / (Number(later.arrivalNs - first.arrivalNs) / 1e9);
  t.ok(Math.abs(rate / 20e6 - 1) < 0.4, `${rate} B/s`);
  t.equal(later.badPages, 0);
});

t.test('an observer that cannot start says why', { skip: cannotRun }, async (t) => {
  await using lab = await PlainLab.start();
  const { spawn } = await import('node:child_process');
  const start = (address: string) =>
    Observer.start({
      program: lab.files.observer,
      address,
      port: 9000,
      spawn: ([command, ...args]) => spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] }),
    });
  await t.rejects(start('192.0.2.1'), { code: 'ERR_PRECOPY_OBSERVER', message: /bind/ });
  await t.rejects(start('nowhere'), { code: 'ERR_PRECOPY_OBSERVER', message: /nowhere/ });
});
