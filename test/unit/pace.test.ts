import fc from 'fast-check';
import { test } from 'tap';
import { addPace, type Pace, type PaceReading, type PaceState, type Pass, STALL_MS } from '../../lib/policy/index.js';

const steady: Omit<PaceReading, 'atMs' | 'doneBytes'> = {
  ...{ remainingBytes: 1e9, bandwidthBytesPerSecond: undefined, passes: [], stopBytes: 1e6, isHeld: false },
};

/** A stretch of time at one speed. */
interface Stretch {
  ms: number;
  bytesPerSecond: number;
  reading?: Partial<PaceReading>;
}

/** What is said while the stream goes so, a reading every `everyMs`: each pace once, as it changes. */
function told(stretches: Stretch[], everyMs = 100): Pace[] {
  let state: PaceState | undefined;
  let [atMs, doneBytes] = [0, 1e6];
  const paces: Pace[] = [];
  for (const { ms, bytesPerSecond, reading } of stretches) {
    for (const endMs = atMs + ms; atMs < endMs; ) {
      atMs += everyMs;
      doneBytes += (bytesPerSecond * everyMs) / 1000;
      state = addPace(state, { ...steady, atMs, doneBytes, ...reading });
      if (state.pace !== paces.at(-1)) paces.push(state.pace);
    }
  }
  return paces;
}

const FULL = 100e6;

test('a stream that goes on moves', (t) => {
  t.same(told([{ ms: 20_000, bytesPerSecond: FULL }]), ['moving']);
  t.end();
});

test('no byte is a stall, and it is taken back as soon as one goes', (t) => {
  const paces = told([
    { ms: 5000, bytesPerSecond: FULL },
    { ms: 5000, bytesPerSecond: 0 },
    { ms: 9000, bytesPerSecond: FULL },
  ]);
  t.same([paces[0], paces.includes('stalled'), paces.at(-1)], ['moving', true, 'moving']);
  t.end();
});

test('a trickle is slow and no stall', (t) => {
  t.same(
    told([
      { ms: 5000, bytesPerSecond: FULL },
      { ms: 9000, bytesPerSecond: FULL / 20 },
    ]),
    ['moving', 'slow'],
  );
  t.end();
});

test('what the caller slowed down on purpose is not slow, nor is a stream with next to nothing to send', (t) => {
  const before = { ms: 5000, bytesPerSecond: FULL };
  for (const reading of [{ bandwidthBytesPerSecond: FULL / 20 }, { remainingBytes: FULL / 20 }]) {
    t.same(told([before, { ms: 9000, bytesPerSecond: FULL / 20, reading }]), ['moving']);
  }
  t.end();
});

test('passes that leave as much as they sent do not converge, unless they are held on purpose', (t) => {
  const pass = (number: number): Pass => ({
    ...{ number, startedAtMs: 0, durationMs: 1000, dirtyBytes: 100e6, dirtiedBytes: 99e6 },
  });
  const fast = { ms: 5000, bytesPerSecond: FULL };
  const passes = [pass(1), pass(2), pass(3)];
  t.same(told([fast, { ...fast, reading: { passes } }]), ['moving', 'not-converging']);
  t.same(told([fast, { ...fast, reading: { passes, isHeld: true } }]), ['moving']);
  t.same(told([fast, { ...fast, reading: { passes, stopBytes: 200e6 } }]), ['moving'], 'when it may stop, it will');
  t.same(told([{ ...fast, reading: { passes: [pass(1), pass(2)] } }]), ['moving'], 'two passes say nothing');
  t.end();
});

test('whatever comes, a stall is said exactly while nothing has gone for so long', (t) => {
  const step = fc.record({ ms: fc.integer({ min: 1, max: 3000 }), bytes: fc.integer({ min: 0, max: 3 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      let state: PaceState | undefined;
      let [atMs, doneBytes, movedAtMs] = [0, 1, 0];
      return steps.every(({ ms, bytes }, index) => {
        atMs += ms;
        doneBytes += bytes;
        if (bytes > 0 || index === 0) movedAtMs = atMs;
        state = addPace(state, { ...steady, atMs, doneBytes });
        return (state.pace === 'stalled') === atMs - movedAtMs >= STALL_MS;
      });
    }),
  );
  t.end();
});
