import fc from 'fast-check';
import { test } from 'tap';
import { BeatSummary } from '../../lib/migration/beat-summary.js';
import { Clock } from '../../lib/migration/clock.js';
import type { Observation, ObservedBeat } from '../../lib/migration/observer.js';
import { NO_PAUSE, OutsideView, type PauseStamps } from '../../lib/migration/outside-view.js';
import type { Warning } from '../../lib/migration/result.js';
import { makeTrain, PERIOD_NS, stopBefore } from '../support/beats.js';

const MS = 1_000_000n;

function summed(beats: readonly ObservedBeat[], mostMs: (atMs: number) => number): Observation[] {
  const summary = new BeatSummary((arrivalNs) => BigInt(mostMs(Number(arrivalNs / MS))) * MS);
  return [...beats.flatMap((beat) => summary.add(beat)), ...summary.finish()];
}

test('beats are summed up without a hole, and no stretch is longer than it may be unless it is one silence', (t) => {
  const gaps = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 100 }), (gapsMs, mostMs) => {
      let atMs = 0;
      const beats = [0, ...gapsMs].map((gapMs, index) => {
        atMs += gapMs;
        return { arrivalNs: BigInt(atMs) * MS, periodNs: PERIOD_NS, workPages: index * 10 };
      });
      const stretches = summed(beats, () => mostMs);
      const total = (of: (one: Observation) => number) => stretches.reduce((sum, one) => sum + of(one), 0);
      return (
        total(({ beats: count }) => count) === gapsMs.length &&
        total(({ workPages = 0 }) => workPages) === gapsMs.length * 10 &&
        stretches.every(({ fromNs }, index) => fromNs === (stretches[index - 1]?.toNs ?? 0n)) &&
        stretches.at(-1)?.toNs === BigInt(atMs) * MS &&
        stretches.every(({ fromNs, toNs, beats: count }) => toNs - fromNs <= BigInt(mostMs) * MS || count === 1) &&
        Math.max(...stretches.map(({ longestSilenceNs }) => Number(longestSilenceNs / MS))) === Math.max(...gapsMs)
      );
    }),
  );
  t.end();
});

test('work that is not told is not made up', (t) => {
  const beats = [0n, 60n, 120n].map((atMs) => ({ arrivalNs: atMs * MS, periodNs: PERIOD_NS }));
  t.same(
    summed(beats, () => 100).map(({ workPages }) => workPages),
    [undefined, undefined],
  );
  t.end();
});

/** A run that begins now: its guest has beaten once a millisecond since long before, apart from a stop half a second ago, and a hiccup long after it. */
function run(stopMs: number, pause: PauseStamps, forgetFromMs = Number.POSITIVE_INFINITY) {
  const clock = new Clock();
  const startNs = clock.stampNs(-2500);
  const stopped = stopBefore(makeTrain(6000, startNs), 2000, BigInt(stopMs) * MS);
  const beats = stopBefore(stopped, 2350, stopMs === 0 ? 0n : 150n * MS);
  const heard = beats.filter(({ arrivalNs }) => clock.atMs(arrivalNs) < forgetFromMs);
  const [observations, warnings]: [Observation[], Warning[]] = [[], []];
  const view = new OutsideView({
    observer: {
      window: ({ fromNs, toNs }) => heard.filter(({ arrivalNs }) => arrivalNs >= fromNs && arrivalNs <= toNs),
    },
    ...{ clock, callMs: 1000, pause: () => pause },
    reporter: { observe: (one) => observations.push(one), warn: (warning) => warnings.push(warning) },
  });
  return { view, clock, observations, warnings };
}

test('the blackout is the longest silence about the pause, less the period, and its stretch is exact', async (t) => {
  const { view, clock, observations, warnings } = run(80, { stoppedAtMs: -500.5, resumedAtMs: -440 });
  t.ok(Math.abs(((await view.finish()) ?? 0) - 80) < 1e-6);
  const blackout = observations.find(({ longestSilenceNs }) => longestSilenceNs === 81n * MS);
  t.equal(blackout?.beats, 1);
  t.ok(Math.abs(clock.atMs(blackout?.fromNs) + 501) < 0.01);
  const near = observations.filter(({ toNs }) => Math.abs(clock.atMs(toNs) + 500) < 300);
  t.ok(near.length > 30, `${near.length} stretches around the pause`);
  t.ok(observations.length < 160, `${observations.length} in all`);
  t.same(warnings, []);
});

test('a guest that was not stopped has no blackout, and nobody waits for it', async (t) => {
  const { view, clock, observations } = run(0, NO_PAUSE);
  const beforeMs = clock.atMs();
  t.equal(await view.finish(), undefined);
  t.ok(clock.atMs() - beforeMs < 200);
  const mostStretches = (1000 + clock.atMs()) / 90;
  t.ok(observations.length >= 9 && observations.length <= mostStretches, `${observations.length} stretches`);
});

test('a guest that is not heard again has no blackout, and that is said', async (t) => {
  const { view, clock, warnings } = run(80, { stoppedAtMs: -500, resumedAtMs: -440 }, -500);
  t.equal(await view.finish(), undefined);
  t.match(warnings, [{ code: 'observer-silent' }]);
  t.ok(clock.atMs() < 4000, 'it was given up');
});

test('an observer that hangs or throws is told once, and asked no more', async (t) => {
  for (const [window, why] of [
    [() => new Promise<never>(() => {}), /did not finish within 50 ms/],
    [() => Promise.reject(new Error('deaf')), /deaf/],
  ] as const) {
    const warnings: Warning[] = [];
    const view = new OutsideView({
      ...{ observer: { window }, clock: new Clock(), callMs: 50 },
      pause: () => ({ stoppedAtMs: -2000, resumedAtMs: -1900 }),
      reporter: { observe: () => {}, warn: (warning) => warnings.push(warning) },
    });
    view.start();
    t.equal(await view.finish(), undefined);
    t.match(warnings, [{ code: 'observer-failed', message: why }]);
    t.equal(warnings.length, 1);
  }
});
