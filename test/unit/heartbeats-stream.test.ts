import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { sourceDirectory } from '../../lib/lab/guest/programs.js';
import { RECORD_BYTES, readBeat, readRecordHead } from '../../lib/lab/observer/beat.js';
import { Heartbeats } from '../../lib/lab/observer/heartbeats.js';
import { RecordRing } from '../../lib/lab/observer/record-ring.js';
import { makeBeat, makeRecord, makeTrain } from '../support/beats.js';

t.test('a record is read as it was written', async (t) => {
  const beat = makeBeat({ arrivalNs: 2n ** 63n + 5n, sequence: 2 ** 40, badPages: 9, workload: 'burst', kind: 'bare' });
  t.same(readBeat(makeRecord(beat)), beat);
  t.same(readRecordHead(makeRecord(beat, 12)), { dropped: 12, guestId: 7 });
});

t.test('the layout is the one of the C structures', async (t) => {
  // The offsets that beat.ts reads from, which the C compiler is asked to confirm.
  const offsets = {
    guest_id: 8,
    kind: 12,
    workload: 13,
    phase: 14,
    sequence: 16,
    monotonic_ns: 24,
    realtime_ns: 32,
    work: 40,
    verified: 48,
    bad_pages: 56,
    period_us: 60,
  };
  const claims = Object.entries(offsets).map(
    ([name, at]) => `_Static_assert(offsetof(struct beat, ${name}) == ${at}, "");`,
  );
  const names = ['IDLE', 'STEADY', 'HOT', 'COMPUTE', 'BURST'].map(
    (name, i) => `_Static_assert(WORKLOAD_${name} == ${i}, "");`,
  );
  const program = ['#include <stddef.h>', '#include "beat.h"', '#include "workload.h"', ...claims, ...names].join('\n');
  const compiler = spawnSync('gcc', ['-fsyntax-only', '-x', 'c', '-I', join(sourceDirectory(), 'guest/program'), '-'], {
    input: program,
  });
  t.equal(compiler.status, 0, compiler.stderr?.toString());
  t.equal(RECORD_BYTES, 80);
});

t.test('the ring keeps the newest and forgets the oldest', async (t) => {
  const ring = new RecordRing(10_000);
  const train = makeTrain(50_000);
  for (const beat of train) ring.push(makeRecord(beat));
  const kept = Array.from(ring.between(0n, 2n ** 63n), readBeat);
  t.ok(kept.length >= 10_000 && kept.length <= 20_000, `${kept.length} kept`);
  t.same(kept.at(-1), train.at(-1));
  const [from, to] = [train[45_000]?.arrivalNs ?? 0n, train[45_009]?.arrivalNs ?? 0n];
  t.same(
    Array.from(ring.between(from, to), (record) => readBeat(record).sequence),
    train.slice(45_000, 45_010).map((beat) => beat.sequence),
  );
});

t.test('a window is analysed with the beats around it', async (t) => {
  const heartbeats = new Heartbeats(7);
  const train = makeTrain(3000);
  for (const beat of train.filter(({ sequence }) => sequence < 1500 || sequence > 1540))
    heartbeats.push(makeRecord(beat));
  const seen = heartbeats.analyse({ fromNs: 2_000_000_000n, toNs: 3_000_000_000n });
  t.equal(seen.beatsLost, 41);
  t.equal(seen.outsideMs, 41);
  t.equal(seen.jitterBefore?.beats, 1000);
  t.equal(heartbeats.latest?.sequence, 3000);
  t.equal(heartbeats.count, 3000 - 41);
});

t.test('the first beat is waited for', async (t) => {
  const heartbeats = new Heartbeats(7);
  const first = heartbeats.waitForFirst();
  const [beat] = makeTrain(1);
  if (beat) heartbeats.push(makeRecord(beat));
  t.same(await first, beat);
  t.same(await heartbeats.waitForFirst(), beat, 'and is there at once for who comes later');
});

t.test('silence is an error that names the guest', async (t) => {
  const heartbeats = new Heartbeats(7);
  await t.rejects(heartbeats.waitForFirst({ timeoutMs: 1 }), { code: 'ERR_PRECOPY_GUEST_SILENT', message: /Guest 7/ });
  await t.rejects(heartbeats.waitForFirst({ signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' });
  const waiting = heartbeats.waitForFirst();
  heartbeats.close();
  await t.rejects(waiting, { code: 'ERR_PRECOPY_GUEST_SILENT' });
  await t.rejects(heartbeats.waitForFirst(), { code: 'ERR_PRECOPY_GUEST_SILENT' });
});

t.test('beats can be iterated over until the observer stops', async (t) => {
  const heartbeats = new Heartbeats(7);
  const seen: number[] = [];
  const reader = (async () => {
    for await (const beat of heartbeats) seen.push(beat.sequence);
  })();
  await setImmediate();
  for (const beat of makeTrain(5)) heartbeats.push(makeRecord(beat));
  heartbeats.close();
  await reader;
  t.same(seen, [1, 2, 3, 4, 5]);
});

t.test('a beat that was waited for leaves no timer behind', async (t) => {
  const heartbeats = new Heartbeats(7);
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  const [beat] = makeTrain(1);
  const first = heartbeats.waitForFirst({ timeoutMs: 60_000 });
  if (beat) heartbeats.push(makeRecord(beat));
  await first;
  await setImmediate();
  t.equal(timers(), before);
});
