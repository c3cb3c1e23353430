import fc from 'fast-check';
import { test } from 'tap';
import { addOutlook, bytesToGo, type Outlook, type OutlookReading } from '../../lib/policy/index.js';

const bytes = fc.integer({ min: 0, max: 2 ** 40 });
const rate = fc.option(fc.integer({ min: 0, max: 10e9 }), { nil: undefined });
const reading: fc.Arbitrary<OutlookReading> = fc.record({
  doneBytes: bytes,
  remainingBytes: bytes,
  passMs: fc.integer({ min: 0, max: 1e6 }),
  linkBytesPerSecond: rate,
  dirtiedBytesPerSecond: rate,
  stopBytes: bytes,
});

test('whatever is read, progress lies between 0 and 1 and never goes back', (t) => {
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 50 }), (readings) => {
      let outlook: Outlook | undefined;
      for (const one of readings) {
        const next = addOutlook(outlook, one);
        if (next.progress < (outlook?.progress ?? 0) || next.progress > 1) return false;
        if (next.etaMs !== undefined && !(next.etaMs >= 0 && Number.isFinite(next.etaMs))) return false;
        outlook = next;
      }
      return true;
    }),
  );
  t.end();
});

const half: OutlookReading = {
  ...{ doneBytes: 500e6, remainingBytes: 500e6, passMs: 5000 },
  ...{ linkBytesPerSecond: 100e6, dirtiedBytesPerSecond: 0, stopBytes: 2e6 },
};

test('a guest that writes nothing is half way when half is sent, and the rest takes what it takes', (t) => {
  t.same(addOutlook(undefined, half), { progress: 0.5, etaMs: 5000 });
  t.end();
});

test('passes that follow are counted until the guest can be stopped', (t) => {
  // 500 MB go in 5 s; 10 s of 50 MB/s follow, then half as much each time, down to 2 MB.
  const toGo = bytesToGo({ ...half, linkBytesPerSecond: 100e6, dirtiedBytesPerSecond: 50e6 });
  t.equal(Math.round(toGo / 1e6), 500 + Math.round(500 * (2 - 2 ** -7)));
  t.end();
});

test('a guest that writes faster than the link has no end in sight', (t) => {
  t.same(addOutlook({ progress: 0.4, etaMs: 100 }, { ...half, dirtiedBytesPerSecond: 120e6 }), {
    progress: 0.4,
    etaMs: undefined,
  });
  t.end();
});

test('over a dead link there is no end in sight, and what was reached is kept', (t) => {
  t.same(addOutlook({ progress: 0.7, etaMs: 100 }, { ...half, linkBytesPerSecond: 0 }), {
    progress: 0.7,
    etaMs: undefined,
  });
  t.end();
});

test('when nothing is left to send, all is done', (t) => {
  t.same(addOutlook(undefined, { ...half, remainingBytes: 0, passMs: 0 }), { progress: 1, etaMs: 0 });
  t.end();
});
