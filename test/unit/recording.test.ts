import { test } from 'tap';
import { type RecordedPass, windowsOfPasses, workloadOfPasses } from '../../lib/forecast/index.js';

const GUEST = { memoryBytes: 2 ** 30, followsCpu: false, standstillMs: 0 };
const WORK = 150e6;
const REST = 1e6;

/** Passes that followed one another, each with how long it took and what the guest dirtied in it, per second. */
function passesOf(seen: readonly (readonly [durationMs: number, dirtiedBytesPerSecond: number])[]): RecordedPass[] {
  let startedAtMs = 0;
  return seen.map(([durationMs, rate], index) => {
    const dirtiedBytes = (rate * durationMs) / 1000;
    const pass = {
      ...{ number: index + 1, startedAtMs, durationMs, throttle: 0 },
      ...{ dirtyBytes: 0, sentBytes: 0, dirtiedBytes },
    };
    startedAtMs += durationMs;
    return pass;
  });
}

const shown = (passes: readonly RecordedPass[]) =>
  workloadOfPasses(passes, GUEST).segments.map(({ durationMs, bytesPerSecond }) => ({ durationMs, bytesPerSecond }));

test('a guest that went to rest in the middle of a pass, and back to work in another, did so beside the passes of work', (t) => {
  const mixed = 0.4 * WORK + 0.6 * REST;
  const segments = shown(
    passesOf([
      [1000, WORK],
      [1000, mixed],
      [1000, REST],
      [800, mixed],
      [1000, WORK],
      [1000, WORK],
    ]),
  );
  t.match(segments, [
    { durationMs: 1000, bytesPerSecond: WORK },
    { durationMs: 400, bytesPerSecond: WORK },
    { durationMs: 600, bytesPerSecond: REST },
    { durationMs: 1000, bytesPerSecond: REST },
    { durationMs: 480, bytesPerSecond: REST },
    { durationMs: 320, bytesPerSecond: WORK },
    { durationMs: 1000, bytesPerSecond: WORK },
    { durationMs: Number.POSITIVE_INFINITY, bytesPerSecond: WORK },
  ]);
  t.end();
});

test('passes that are too short to tell anything are taken together: none of their time is lost', (t) => {
  const short = [30, 40, 50, 20].map((durationMs) => [durationMs, WORK] as const);
  const segments = shown(passesOf([[1000, WORK], [1000, REST], ...short, [1000, REST], [1000, WORK], [1000, REST]]));
  const [, , together, afterwards] = segments;
  t.equal(together?.durationMs, 120, 'three of them, and the fourth with what follows');
  t.equal(afterwards?.durationMs, 1020);
  t.equal(
    segments.slice(0, -1).reduce((sum, { durationMs }) => sum + durationMs, 0),
    4140,
  );
  t.end();
});

test('a guest that is the same all the time has one rate, whatever its short passes seem to show', (t) => {
  const segments = shown(
    passesOf([
      [2000, 50e6],
      [900, 51e6],
      [400, 49e6],
      [20, 500e6],
      [10, 0],
    ]),
  );
  t.equal(segments.length, 1);
  t.ok(Math.abs((segments[0]?.bytesPerSecond ?? 0) / 50e6 - 1) < 0.05);
  t.end();
});

test('what is counted is what the guest dirtied by itself: without what was left unsent, nor the time in which it was held up', (t) => {
  const [pass] = passesOf([[1010, WORK]]);
  if (pass === undefined) throw new Error('no pass');
  const later = { ...pass, number: 3, dirtyBytes: 90e6, sentBytes: 80e6, throttle: 0.5 };
  const [plain] = windowsOfPasses([pass], { followsCpu: true, standstillMs: 10 });
  t.match(plain, { durationMs: 1000, dirtiedBytes: pass.dirtiedBytes, errorBytes: 0 });
  const [throttled] = windowsOfPasses([later], { followsCpu: true, standstillMs: 10 });
  t.match(throttled, { durationMs: 500, dirtiedBytes: pass.dirtiedBytes - 10e6 });
  // A tenth of a second of what goes over, evenly likely anywhere in it.
  t.ok(Math.abs((throttled?.errorBytes ?? 0) - 80e6 / 10.1 / Math.sqrt(12)) < 1);
  t.end();
});
