import { test } from 'tap';
import { PrecopyError } from '../../lib/errors.js';
import type { JobStats } from '../../lib/libvirt/index.js';
import { JobReader } from '../../lib/migration/job.js';

const RUNNING: JobStats = { type: 'unbounded' };

/** A guest whose answers are given by hand. */
class SlowGuest {
  readonly answers: ((stats: JobStats) => void)[] = [];

  getJobStats(): Promise<JobStats> {
    return new Promise((resolve) => this.answers.push(resolve));
  }
}

test('while a call has no answer no second one is made, however often it is asked for', async (t) => {
  const guest = new SlowGuest();
  const reader = new JobReader(() => Promise.resolve(guest), 5);
  for (let count = 0; count < 10; count += 1) t.equal(await reader.read(), undefined, 'no answer in time');
  t.equal(guest.answers.length, 1);
  const reading = reader.read();
  guest.answers[0]?.(RUNNING);
  t.same(await reading, RUNNING, 'the answer comes late, and counts');
  void reader.read();
  await Promise.resolve();
  await Promise.resolve();
  t.equal(guest.answers.length, 2, 'then the next call is made');
});

test('no job, and no guest, are no reading; what is no answer of a host is passed on', async (t) => {
  const none = new JobReader(() => Promise.resolve({ getJobStats: async () => ({ type: 'none' }) as const }), 1000);
  t.equal(await none.read(), undefined);
  const gone = new JobReader(() => Promise.reject(new PrecopyError('ERR_PRECOPY_UNREACHABLE', 'gone')), 1000);
  t.equal(await gone.read(), undefined);
  const faulty = new JobReader(() => Promise.reject(new TypeError('a mistake')), 1000);
  await t.rejects(faulty.read(), TypeError);
});
