import { test } from 'tap';
import { Sampler, sampleOf } from '../../lib/migration/sampler.js';

const stats = (memoryProcessedBytes: number, more = {}) => ({
  type: 'unbounded' as const,
  memoryProcessedBytes,
  ...more,
});

test('the rate comes from differences, since libvirt reports one even in a stall', (t) => {
  const first = { atMs: 0, stats: stats(1000, { memoryBytesPerSecond: 999 }) };
  t.equal(sampleOf(first, undefined).sentBytesPerSecond, 0);
  t.equal(sampleOf({ atMs: 500, stats: stats(2000) }, first).sentBytesPerSecond, 2000);
  t.equal(sampleOf({ atMs: 500, stats: stats(1000, { memoryBytesPerSecond: 999 }) }, first).sentBytesPerSecond, 0);
  t.end();
});

test('the expected pause means nothing before the first pass is over', (t) => {
  t.equal(
    sampleOf({ atMs: 0, stats: stats(1, { memoryIteration: 1, downtimeMs: 1 }) }, undefined).expectedPauseMs,
    undefined,
  );
  t.equal(
    sampleOf({ atMs: 0, stats: stats(1, { memoryIteration: 2, downtimeMs: 40 }) }, undefined).expectedPauseMs,
    40,
  );
  t.end();
});

test('never more than one call is in flight, however slow the answers', async (t) => {
  let inFlight = 0;
  let most = 0;
  let calls = 0;
  const samples: number[] = [];
  const sampler = new Sampler({
    intervalMs: () => 1,
    atMs: () => performance.now(),
    read: async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight -= 1;
      calls += 1;
      if (calls === 5) sampler.stop();
      return calls === 2 ? undefined : stats(calls);
    },
    onReading: (_stats, sample) => samples.push(sample.memoryProcessedBytes),
  });
  await sampler.run();
  t.equal(most, 1);
  t.same(samples, [1, 3, 4], 'without a job there is no sample, and none after the stop');
});

test('what happens while a call is out is looked at as soon as it is back', async (t) => {
  let calls = 0;
  const sampler = new Sampler({
    // Without the kick this would outlast the test's own deadline.
    intervalMs: () => 3_600_000,
    atMs: () => performance.now(),
    read: async () => {
      calls += 1;
      if (calls === 1) sampler.kick();
      else sampler.stop();
      return stats(calls);
    },
    onReading: () => {},
  });
  await sampler.run();
  t.equal(calls, 2);
});

test('a reading is of the moment of the question, or of the answer where that was kept waiting', async (t) => {
  const takesMs = [5, 1000, 5];
  let nowMs = 0;
  const readAtMs: number[] = [];
  const sampler = new Sampler({
    intervalMs: () => 0,
    atMs: () => nowMs,
    read: async () => {
      nowMs += takesMs[readAtMs.length] ?? 0;
      return stats(nowMs);
    },
    onReading: (_stats, _sample, atMs) => {
      if (readAtMs.push(atMs) === takesMs.length) sampler.stop();
    },
  });
  await sampler.run();
  t.same(readAtMs, [0, 1005, 1005]);
});
