import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import type { PlainGuest } from '../../lib/lab/guest/plain/plain-guest.js';
import type { Beat } from '../../lib/lab/observer/index.js';
import { machines, PlainLab } from '../support/plain-lab.js';

const MIB = 1024 ** 2;
const SET_BYTES = 64 * MIB;
const BYTES_PER_SECOND = 20e6;

/** What QEMU itself says that the guest dirties, each page once a second at most. */
async function dirtyBytesPerSecond(guest: PlainGuest): Promise<number> {
  await guest.qmp.execute('calc-dirty-rate', { 'calc-time': 1, 'sample-pages': 8192 });
  for (;;) {
    await delay(200);
    const answer = await guest.qmp.execute('query-dirty-rate');
    // QAPI's DirtyRateInfo, in MiB/s; the rate is there once it is measured.
    const { status, 'dirty-rate': rate } = answer as { status: string; 'dirty-rate'?: number };
    if (status === 'measured' && rate !== undefined) return rate * MIB;
  }
}

function bytesPerSecond(beats: readonly Beat[]): number {
  const [first, last] = [beats[0], beats.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return ((last.workPages - first.workPages) * 4096) / (Number(last.arrivalNs - first.arrivalNs) / 1e9);
}

for (const machine of await machines()) {
  const name = `${machine.kind} guest under ${machine.accelerator}`;

  t.test(`${name}: each workload dirties memory as it says`, { skip: machine.skip }, async (t) => {
    await using lab = await PlainLab.start();
    const observe = async (workload: 'idle' | 'steady' | 'hot' | 'compute') => {
      const { guest, heartbeats } = await lab.startGuest({
        ...machine,
        workload: { name: workload, setBytes: SET_BYTES, bytesPerSecond: BYTES_PER_SECOND },
      });
      await using _ = guest;
      await delay(700); // `compute` corrects its pace once, after half a second
      const fromNs = process.hrtime.bigint();
      const dirty = await dirtyBytesPerSecond(guest);
      const beats = heartbeats.window({ fromNs });
      t.equal(heartbeats.latest?.badPages, 0, `${workload}: no bad pages`);
      t.equal(heartbeats.latest?.workload, workload);
      t.ok((heartbeats.latest?.verifiedPages ?? 0) > 0, `${workload}: pages are verified`);
      t.comment(
        `${workload}: ${Math.round(bytesPerSecond(beats) / 1e6)} MB/s, by QEMU ${Math.round(dirty / 1e6)} MB/s`,
      );
      return { work: bytesPerSecond(beats), dirty };
    };

    const idle = await observe('idle');
    t.ok(idle.dirty < BYTES_PER_SECOND / 4, 'idle: dirties next to nothing');

    const steady = await observe('steady');
    t.ok(Math.abs(steady.work / BYTES_PER_SECOND - 1) < 0.3, 'steady: works at its rate');
    t.ok(steady.dirty / steady.work > 0.6 && steady.dirty / steady.work < 1.6, 'steady: QEMU sees the same');

    const hot = await observe('hot');
    t.ok(hot.work > 4 * BYTES_PER_SECOND, 'hot: far faster than any rate that is asked for here');
    t.ok(hot.dirty > SET_BYTES * 0.6, 'hot: all of its set is dirty after a second');

    const compute = await observe('compute');
    t.ok(compute.work / BYTES_PER_SECOND > 0.4 && compute.work / BYTES_PER_SECOND < 1.6, 'compute: about its rate');
    t.ok(compute.dirty / compute.work > 0.5 && compute.dirty / compute.work < 1.6, 'compute: QEMU sees the same');
  });

  t.test(`${name}: a burst is followed by silence`, { skip: machine.skip }, async (t) => {
    await using lab = await PlainLab.start();
    const workload = {
      name: 'burst',
      setBytes: SET_BYTES,
      bytesPerSecond: BYTES_PER_SECOND,
      periodMs: 400,
      duty: 0.5,
    } as const;
    const { heartbeats } = await lab.startGuest({ ...machine, workload });
    const fromNs = process.hrtime.bigint();
    await delay(2000);
    const steps = heartbeats.window({ fromNs }).map((beat, index, all) => {
      const previous = all[index - 1];
      return { phase: previous?.phase, pages: previous === undefined ? 0 : beat.workPages - previous.workPages };
    });
    const pagesIn = (phase: Beat['phase']) =>
      steps.reduce((sum, step) => sum + (step.phase === phase ? step.pages : 0), 0);
    t.ok(pagesIn('writing') > 1000, 'it writes in the busy phases');
    t.ok(pagesIn('quiet') < pagesIn('writing') / 20, 'and hardly ever else');
    const quiet = steps.filter((step) => step.phase === 'quiet').length / steps.length;
    t.ok(quiet > 0.25 && quiet < 0.75, `it is quiet for about half of the time: ${quiet}`);
  });

  t.test(`${name}: taking the processor away slows compute down, and not steady`, { skip: machine.skip }, async (t) => {
    await using lab = await PlainLab.start();
    const throttled = async (workload: 'compute' | 'steady') => {
      const { guest, heartbeats } = await lab.startGuest({
        ...machine,
        heartbeatHz: 100, // at 1 kHz the beats take a share of the little that is left
        workload: { name: workload, setBytes: SET_BYTES, bytesPerSecond: BYTES_PER_SECOND },
      });
      await using _ = guest;
      const measure = async (during: () => Promise<void>) => {
        const [fromNs, cpuNs] = [process.hrtime.bigint(), await processorNs(guest.pid)];
        await during();
        const usedNs = (await processorNs(guest.pid)) - cpuNs;
        const rate = bytesPerSecond(heartbeats.window({ fromNs }));
        return { rate, usedNs, perProcessor: rate / (usedNs / Number(process.hrtime.bigint() - fromNs)) };
      };
      await delay(700);
      const free = await measure(() => delay(2000));
      const held = await measure(() => runHalfOfTheTime(guest.pid, 100));
      t.comment(`${workload}: ${free.rate / 1e6} MB/s free, ${held.rate / 1e6} MB/s with half of the time`);
      return { rate: held.rate / free.rate, perProcessor: held.perProcessor / free.perProcessor };
    };
    // The machine may have been busy with other things all along, so compute is measured by what it got.
    const { perProcessor } = await throttled('compute');
    t.ok(
      perProcessor > 0.6 && perProcessor < 1.6,
      `compute writes in proportion to its processor time: ${perProcessor}`,
    );
    const { rate } = await throttled('steady');
    t.ok(rate > 0.75, `steady makes up for it: ${rate}`);
  });
}

/** The processor time that all threads of a process have had. */
async function processorNs(pid: number): Promise<number> {
  let sum = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0'); // it has ended
    sum += Number(text.split(' ')[0]);
  }
  return sum;
}

/** Stops and continues a process again and again. */
async function runHalfOfTheTime(pid: number, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    process.kill(pid, 'SIGSTOP');
    await delay(10);
    process.kill(pid, 'SIGCONT');
    await delay(10);
  }
}
