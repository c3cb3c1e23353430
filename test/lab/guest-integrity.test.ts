import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { eventTimeNs } from '../../lib/lab/guest/plain/qmp.js';
import { corruptStampedPage } from '../support/guest-memory.js';
import { machines, PlainLab } from '../support/plain-lab.js';

const MIB = 1024 ** 2;
const SET_BYTES = 32 * MIB;
const SET_PAGES = SET_BYTES / 4096;

/** So that a sweep takes half a second. */
const verifiedPagesPerSecond = 2 * SET_PAGES;

for (const machine of await machines()) {
  const name = `${machine.kind} guest under ${machine.accelerator}`;

  for (const workload of ['idle', 'steady'] as const) {
    t.test(`${name}, ${workload}: a bit that changes behind its back is found`, { skip: machine.skip }, async (t) => {
      await using lab = await PlainLab.start();
      const { guest, heartbeats } = await lab.startGuest({
        ...machine,
        workload: { name: workload, setBytes: SET_BYTES, verifiedPagesPerSecond },
      });
      const sweep = (heartbeats.latest?.verifiedPages ?? 0) + SET_PAGES;
      await heartbeats.waitFor((beat) => beat.verifiedPages >= sweep);
      t.equal(heartbeats.latest?.badPages, 0, 'a whole sweep finds nothing while nothing is wrong');
      await corruptStampedPage(guest, SET_PAGES / 2);
      const found = await heartbeats.waitFor((beat) => beat.badPages > 0);
      t.equal(found.badPages, 1);
      await heartbeats.waitFor((beat) => beat.verifiedPages >= found.verifiedPages + SET_PAGES);
      t.equal(heartbeats.latest?.badPages, 1, 'and it is counted once');
    });
  }

  t.test(`${name}: a migration by QEMU alone leaves every page good`, { skip: machine.skip }, async (t) => {
    await using lab = await PlainLab.start();
    const { guest, heartbeats } = await lab.startGuest({
      ...machine,
      workload: { name: 'steady', setBytes: SET_BYTES, verifiedPagesPerSecond },
    });
    await delay(1000);
    const { destination, uri } = await lab.startDestination(guest);
    const stopped = guest.qmp.next('STOP', { timeoutMs: 60_000 });
    const resumed = destination.qmp.next('RESUME', { timeoutMs: 60_000 });
    const fromNs = process.hrtime.bigint();
    await guest.qmp.execute('migrate', { uri });
    const pauseMs = Number(eventTimeNs(await resumed) - eventTimeNs(await stopped)) / 1e6;
    const toNs = process.hrtime.bigint() + 200_000_000n;
    const arrived = await heartbeats.waitFor((beat) => beat.arrivalNs > toNs);
    await heartbeats.waitFor((beat) => beat.verifiedPages > arrived.verifiedPages + SET_PAGES);
    const seen = heartbeats.analyse({ fromNs, toNs });
    t.comment(`pause ${pauseMs} ms, from outside ${seen.outsideMs} ms, ${seen.beatsLost} beats lost`);
    t.equal(seen.badPages, 0, 'after a whole sweep on the destination');
    t.equal(seen.clockWentBack, false);
    t.equal(seen.beatsDuplicated, 0);
    t.ok(seen.outsideMs > pauseMs - 2, 'the silence was at least as long as the pause');
  });
}
