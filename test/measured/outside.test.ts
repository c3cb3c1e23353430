import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import type { TraceEntry } from '../../lib/trace/index.js';
import { moveOptions, observeMove, startWriter } from '../lab/moving.js';
import { newTrace, readAll } from '../support/traces.js';

type Observed = Extract<TraceEntry, { type: 'observer' }>;

const isObserved = (entry: TraceEntry): entry is Observed => entry.type === 'observer';

test('a migration that is looked at from outside, and forecast', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const { heartbeats } = await startWriter(lab, 'seen');

  await t.test('what an observer hears is in the trace, and its blackout in the result', async (t) => {
    const trace = newTrace(t);
    await sleep(1200);
    const startNs = process.hrtime.bigint();
    const { result, events } = await observeMove({ ...moveOptions('seen', a, b), observer: heartbeats, trace });
    const endNs = process.hrtime.bigint();
    t.equal(result.outcome, 'completed');
    const momentOf = (what: string) =>
      events.find((event) => event.type === 'guest' && event.event === what)?.atMs ?? 0;
    const [stop, resume] = [momentOf('suspended'), momentOf('resumed')];
    const stampOf = (atMs: number) => startNs + BigInt(Math.round(atMs * 1e6));
    const { outsideMs = 0 } = result.pause;
    const seen = heartbeats.analyse({ fromNs: stampOf(stop), toNs: stampOf(resume + 250) });
    t.ok(Math.abs(outsideMs - seen.outsideMs) < 0.01, `${outsideMs} ms, and the lab says ${seen.outsideMs} ms`);
    t.ok(outsideMs > 5);
    t.ok(Number(endNs - startNs) / 1e6 > result.totalMs + 500, 'it looked on after the end, which is not part of it');

    const observed = (await readAll(trace)).filter(isObserved);
    t.ok((observed[0]?.atMs ?? 0) < -500, 'what is normal is known from before the start');
    const holes = observed.filter(({ atMs, durationMs }, index) => {
      const nextMs = observed[index + 1]?.atMs;
      return nextMs !== undefined && Math.abs(atMs + durationMs - nextMs) > 0.01;
    });
    t.same(holes, [], 'it tiles the time');
    const blackout = observed.find(({ longestSilenceMs }) => Math.abs(longestSilenceMs - 1 - outsideMs) < 0.01);
    t.equal(blackout?.beats, 1, 'the blackout is a stretch by itself');
    t.ok((blackout?.atMs ?? 0) < resume + 250 && (blackout?.atMs ?? 0) + outsideMs > stop, 'and is about the pause');
    const before = observed.filter(({ atMs }) => atMs < stop - 1000);
    t.ok(before.length <= (stop + 1000) / 90, `${before.length} entries before the stop, at ${stop} ms`);
    t.ok(observed.every(({ workPages = -1 }) => workPages >= 0));
  });

  await t.test('a forecast that nothing can be said for is a warning', async (t) => {
    const { result } = await observeMove({ ...moveOptions('seen', b, a), forecast: true });
    t.equal(result.outcome, 'completed');
    t.equal(result.forecast, undefined);
    t.match(
      result.warnings.map(({ code }) => code),
      ['no-forecast'],
    );
  });

  await t.test('a forecast is there before anything is touched, and afterwards beside what came', async (t) => {
    const trace = newTrace(t);
    let heldAgainst: unknown;
    const hooks = {
      connected: ({ forecast }: { forecast: unknown }) => {
        heldAgainst = forecast;
      },
    };
    const options = { ...moveOptions('seen', a, b), budget: { totalMs: 60_000 }, forecast: true, hooks, trace };
    const { result, events } = await observeMove(options);
    const { expected, actual, error } = result.forecast ?? {};
    t.equal(expected?.verdict, 'converges');
    t.equal(heldAgainst, expected, 'hooks know it');
    t.ok((expected?.budget.totalMs ?? 0) < 55_000, 'the time that it took is gone from the budget');
    t.match(error, { isVerdictRight: true, verdict: 'converges' });
    t.ok(result.totalMs - (actual?.totalMs ?? 0) > 4000, 'the time that it took is not held against it');
    const off = Math.abs((expected?.totalMs?.expected ?? 0) / (actual?.totalMs ?? 1) - 1);
    t.equal(error?.total, off, `forecast ${expected?.totalMs?.expected} ms, actual ${actual?.totalMs} ms`);
    t.equal(actual?.pauseMs, result.pause.observedMs);
    const types = events.map(({ type }) => type);
    t.ok(types.indexOf('forecast') < types.indexOf('plan'));

    const entries = await readAll(trace);
    t.match(
      entries.find(({ type }) => type === 'forecast'),
      { forecast: { verdict: 'converges', totalMs: expected?.totalMs } },
    );
    t.match(entries.at(-1), { type: 'end', result: { forecast: { actual: { passes: result.passes }, error: {} } } });
  });

  await t.test('one that was made before is held against what comes as well', async (t) => {
    const { result: first } = await observeMove({ ...moveOptions('seen', b, a), forecast: true });
    const forecast = first.forecast?.expected;
    if (forecast === undefined) throw new Error('there is none');
    await observeMove(moveOptions('seen', a, b));
    const { result } = await observeMove({ ...moveOptions('seen', b, a), forecast });
    t.equal(result.forecast?.expected, forecast);
    t.ok(Math.abs((result.forecast?.actual.totalMs ?? 0) - result.totalMs) < 1e-9);
  });

  await t.test('an abort does not wait for the forecast', async (t) => {
    const { result } = await observeMove({
      ...moveOptions('seen', a, b),
      ...{ forecast: true, signal: AbortSignal.timeout(1500) },
    });
    t.match(result, { outcome: 'cancelled', owner: 'source', forecast: undefined });
    t.ok(result.totalMs < 4000, `${result.totalMs} ms`);
  });

  await t.test('an observer that throws is a warning', async (t) => {
    const observer = {
      window: () => {
        throw new Error('deaf');
      },
    };
    const { result } = await observeMove({ ...moveOptions('seen', a, b), observer });
    t.match(result, { outcome: 'completed', pause: { outsideMs: undefined } });
    t.match(result.warnings, [{ code: 'observer-failed', message: /deaf/ }]);
  });
});
