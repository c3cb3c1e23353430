import { test } from 'tap';
import type { JobStats } from '../../lib/libvirt/index.js';
import { JobReader } from '../../lib/migration/job.js';

test('an answer that is late is waited for again, and not asked for anew', async (t) => {
  const answers: ((stats: JobStats) => void)[] = [];
  const reader = new JobReader(() => new Promise((resolve) => answers.push(resolve)), 5);
  t.equal(await reader.read(), undefined, 'not in time');
  t.equal(await reader.read(), undefined, 'still not');
  t.equal(answers.length, 1, 'one call is in flight');
  const late = reader.read();
  answers[0]?.({ type: 'unbounded', memoryProcessedBytes: 1 });
  t.match(await late, { memoryProcessedBytes: 1 });
  const next = reader.read();
  t.equal(answers.length, 2, 'only now it is asked again');
  answers[1]?.({ type: 'none' });
  t.equal(await next, undefined, 'there is no job');
});
