import { test } from 'tap';
import { formatMs } from '../../lib/format.js';
import { collectRun, figuresOf, renderReport, reportText } from '../../lib/report/index.js';
import type { TraceEntry } from '../../lib/trace/index.js';
import { recordedRun } from '../support/recorded.js';
import { readAll, recorded } from '../support/traces.js';

const STEADY = await readAll(recorded('steady'));

/** What of a page comes from the runs: its own styles and script left out. */
function contentOf(page: string): string {
  return page.slice(page.indexOf('<body>'), page.lastIndexOf('<script>'));
}

/** The steady run with some of its entries changed or taken out. */
async function changed(change: (entry: TraceEntry) => TraceEntry | undefined) {
  return collectRun(
    'changed',
    STEADY.map(change).filter((entry) => entry !== undefined),
  );
}

test('the figures of a run are those of its result', async (t) => {
  const result = STEADY.find((entry) => entry.type === 'end')?.result;
  const figures = figuresOf(await recordedRun('steady'));
  t.match(figures, {
    domain: 'steady',
    policy: 'budget',
    outcome: 'completed',
    owner: 'destination',
    pauseMs: { actual: result?.pause.observedMs, budget: undefined, isWithinBudget: undefined },
    totalMs: { actual: result?.totalMs },
    passes: result?.passes,
    sentBytes: result?.sentBytes,
    throttledMs: 0,
  });
});

test('a budget that was not kept is said so, in figures, in words and on the page', async (t) => {
  const run = await changed((entry) =>
    entry.type === 'trace' ? { ...entry, options: { ...entry.options, budget: { pauseMs: 20 } } } : entry,
  );
  t.match(figuresOf(run).pauseMs, { budget: 20, isWithinBudget: false });
  t.match(reportText(run), /its budget of 20 ms was not kept/);
  t.match(renderReport([run]), /✗ over the budget of 20 ms/);
});

test('the throttle costs work: its integral over time', async (t) => {
  const figures = figuresOf(await recordedRun('compute'));
  const { actual = 0 } = figures.slowdown;
  t.ok(actual > 0 && actual < 1);
  t.ok(figures.throttledMs > 0 && figures.throttledMs < (figures.totalMs.actual ?? 0) * actual);
});

test('a cancelled run says that the guest is where it was, and what was sent in vain', async (t) => {
  const run = await recordedRun('hot-aborted');
  t.match(reportText(run), /was cancelled; it stays where it was[\s\S]*It is on the source, a\./);
  t.ok((figuresOf(run).sentBytes ?? 0) > 0);
});

test('post-copy is told from the pause before it', async (t) => {
  t.match(reportText(await recordedRun('hot')), /It paused for [\d.]+ ms[\s\S]*\(post-copy\)/);
});

test('a run without an end has no owner, and names the way to find out', async (t) => {
  const run = await changed((entry) => (entry.type === 'end' ? undefined : entry));
  t.match(figuresOf(run), { outcome: undefined, owner: undefined });
  t.match(reportText(run), /has no result[\s\S]*The guest was stopped at [\d.]+ s[\s\S]*precopy resolve/);
  t.match(renderReport([run]), /class="card verdict doubt"/);
});

test('an owner in doubt is never shown as success', async (t) => {
  const run = await changed((entry) =>
    entry.type === 'end' ? { ...entry, result: { ...entry.result, owner: 'both' } } : entry,
  );
  t.match(reportText(run), /owner is in doubt[\s\S]*running on both hosts/);
  t.match(renderReport([run]), /class="card verdict bad"/);
});

test('what was forecast stands beside what came', async (t) => {
  const forecast = {
    pauseMs: { low: 30, expected: 50, high: 70 },
    totalMs: { low: 5000, expected: 6000, high: 7000 },
    passes: { low: 'many', expected: 'some' },
  };
  const run = await collectRun('forecast', [...STEADY, { type: 'forecast', atMs: 0, forecast }]);
  const rows = figuresOf(run).forecast;
  t.same(
    rows.map(({ name }) => name),
    ['pauseMs', 'totalMs'],
    'what is no figure is left out',
  );
  t.match(rows[0], { low: 30, expected: 50, high: 70 });
  t.ok(Math.abs((rows[0]?.error ?? 0) - (50 / (rows[0]?.actual ?? 0) - 1)) < 1e-9);
  t.match(renderReport([run]), /30 ms and 70 ms/);
});

test('a forecast counts no time that it took itself, and its verdict is held against what came', async (t) => {
  const run = await collectRun(
    'forecast',
    STEADY.flatMap((entry): TraceEntry[] => {
      if (entry.type !== 'end') return [entry];
      const { totalMs, passes, sentBytes, pause } = entry.result;
      const actual = {
        ...{ isCompleted: true, isPostCopy: false, isSuspended: false, throttle: 0, passes, sentBytes },
        ...{ totalMs: totalMs - 1000, pauseMs: pause.observedMs },
      };
      const error = { ...{ total: 0.1, bytes: 0.1, pause: 0.1, passes: 1 }, isVerdictRight: false } as const;
      const forecast = { verdict: 'only-post-copy', confidence: 0.9, totalMs: { low: 1, expected: 2000, high: 3 } };
      return [
        { type: 'forecast', atMs: 0, forecast },
        { ...entry, result: { ...entry.result, forecast: { actual, error: { ...error, verdict: 'converges' } } } },
      ];
    }),
  );
  const { forecast, totalMs } = figuresOf(run);
  t.equal(forecast[0]?.actual, (totalMs.actual ?? 0) - 1000);
  t.match(
    renderReport([run]),
    'The verdict was: only with post-copy, as in 90 % of the simulated runs. It was wrong: converges.',
  );
  t.match(reportText(run), /Forecast: total time 2\.00 s \(1\.0 ms to 3\.0 ms; came /);
});

/** The steady run as somebody outside saw it: 10 pages a beat, half as many in the passes, silent about the pause. */
async function observedRun(name: string, countsWork = true) {
  const [stop, resume] = ['suspended', 'resumed'].map(
    (what) => STEADY.find((entry) => entry.type === 'guest' && entry.event === what)?.atMs ?? 0,
  );
  if (stop === undefined || resume === undefined) throw new Error('no pause');
  const firstPassMs = STEADY.find((entry) => entry.type === 'phase' && entry.phase === 'pre-copy')?.atMs ?? 0;
  const stretch = (atMs: number, untilMs: number, beats: number, share: number): TraceEntry => ({
    ...{
      type: 'observer',
      atMs,
      durationMs: untilMs - atMs,
      beats,
      longestSilenceMs: beats === 1 ? untilMs - atMs : 1,
    },
    ...(countsWork ? { workPages: (untilMs - atMs) * 10 * share } : {}),
  });
  const lastMs = stop - 0.25;
  const firstMs = resume + 40;
  const seen = [
    ...Array.from({ length: 10 }, (_, index) => stretch(index * 100 - 1000, index * 100 - 900, 100, 1)),
    stretch(0, firstPassMs, 100, 1),
    stretch(firstPassMs, lastMs, 5000, 0.5),
    stretch(lastMs, firstMs, 1, 0),
    stretch(firstMs, firstMs + 500, 450, 0.8),
    // A hiccup long after is no part of the pause.
    stretch(firstMs + 500, firstMs + 800, 1, 1),
  ];
  return { run: await collectRun(name, [...STEADY, ...seen]), pauseMs: resume - stop };
}

test("the guest's work and its silence as an observer saw them are in figures and on the page", async (t) => {
  const { run, pauseMs } = await observedRun('observed');
  const { before = 0, during = 0, after = 0 } = figuresOf(run).workPagesPerSecond;
  t.equal(Math.round(before), 10_000);
  t.equal(Math.round(during), 5000);
  t.ok(after > 7900 && after < 10_000);
  const page = contentOf(renderReport([run]));
  for (const part of [
    formatMs(pauseMs + 40),
    `its first heartbeat arrives outside, after a silence of ${formatMs(pauseMs + 40.25)}`,
    'The guest&#39;s work around the pause, seen from outside',
    '5,000 pages/s',
    '50 %',
  ])
    t.ok(page.includes(part), part);
  t.same(page.match(/.{0,60}(?:NaN|undefined|Infinity)/g), null, 'no figure that is none');
});

test('a guest that does not count its work, or that nobody listened to, has none', async (t) => {
  const { run } = await observedRun('silent about work', false);
  t.same(figuresOf(run).workPagesPerSecond, { before: undefined, during: undefined, after: undefined });
  const silent = contentOf(renderReport([run]));
  t.same(silent.match(/.{0,60}(?:NaN|undefined|Infinity)/g), null);
  t.match(silent, 'does not say how much it works');
  t.match(silent, 'heard outside');
  const page = contentOf(renderReport([await recordedRun('steady')]));
  t.match(page, 'Nobody looked at the guest from outside in this run');
  t.notMatch(page, 'heard outside');
});

test('a run that was looked at and one that was not stand side by side', async (t) => {
  const { run } = await observedRun('observed');
  const page = contentOf(renderReport([run, await recordedRun('hot')]));
  t.match(page, 'The guest&#39;s work, seen from outside: observed');
  t.notMatch(page, 'The guest&#39;s work, seen from outside: hot');
});

test('every part of the page is there for every kind of run', async (t) => {
  for (const name of ['steady', 'hot', 'hot-aborted', 'burst', 'idle', 'compute', 'simulated-steady']) {
    const page = contentOf(renderReport([await recordedRun(name)]));
    for (const part of ['What became of it', 'The switchover, magnified', 'Memory left to send', 'Environment'])
      t.match(page, part, `${name}: ${part}`);
    t.same(page.match(/.{0,60}(?:NaN|undefined|Infinity)/g), null, `${name}: no figure that is none`);
  }
});

test('a trace that was cut off anywhere gives a page', async (t) => {
  for (let length = 0; length < STEADY.length; length += 5) {
    const page = contentOf(renderReport([await collectRun('cut', STEADY.slice(0, length))]));
    t.same(page.match(/.{0,60}(?:NaN|undefined|Infinity)/g), null, `cut after ${length} entries`);
  }
});

test('samples that are out of order are put into order', async (t) => {
  const upright = await collectRun('one', STEADY);
  const shuffled = await collectRun('one', STEADY.toReversed());
  t.same(shuffled.samples.atMs, upright.samples.atMs);
  t.same(shuffled.samples.remainingBytes, upright.samples.remainingBytes);
});

test('names and reasons are text, whatever is in them', async (t) => {
  const evil = `</script><img src=x onerror="alert(1)"><script>alert(2)</script>&'"`;
  const run = await collectRun(
    evil,
    STEADY.map((entry): TraceEntry => {
      if (entry.type === 'connected') return { ...entry, domain: { ...entry.domain, name: evil } };
      if (entry.type === 'decision') return { ...entry, action: { ...entry.action, reason: evil }, refusal: evil };
      return entry;
    }),
  );
  const clean = renderReport([await recordedRun('steady')]);
  for (const page of [renderReport([run]), renderReport([run, run], { title: evil })]) {
    t.notMatch(page, /<img/);
    t.notMatch(page, 'alert(2)</script>');
    t.equal(page.match(/<script>/g)?.length, clean.match(/<script>/g)?.length);
  }
});

test('the page carries the licence of its chart library, and names no address to load from', async (t) => {
  const page = renderReport([await recordedRun('steady')]);
  t.match(page, /Permission is hereby granted, free of charge/);
  t.match(page, /Copyright \(c\) \d+ Leon Sorokin/);
  t.notMatch(page, /(?:src|href)="(?!data:,|#)/);
  t.notMatch(page, / style="/, 'its policy would forbid it');
});

test('several runs are compared, the shortest pause named first', async (t) => {
  const runs = [await recordedRun('steady'), await recordedRun('hot'), await recordedRun('hot-aborted')];
  const pauses = runs.flatMap((run) => {
    const { name, outcome, pauseMs } = figuresOf(run);
    return outcome === 'completed' ? [{ name, pauseMs: pauseMs.actual ?? 0 }] : [];
  });
  const best = pauses.reduce((least, one) => (one.pauseMs < least.pauseMs ? one : least));
  const words = contentOf(renderReport(runs)).match(/Shortest pause: [^<]*/)?.[0];
  t.match(words, `Shortest pause: ${best.name}, ${formatMs(best.pauseMs)};`);
  t.notMatch(words, 'hot-aborted', 'a run that was cancelled has no pause to compare');
});

test('ten hours of samples make a page of less than 2 MB, with every peak in it', async (t) => {
  const template = STEADY.find((entry) => entry.type === 'sample');
  if (template === undefined) throw new Error('no sample');
  const PEAK_BYTES = 987_654_321;
  const hours = function* (): Generator<TraceEntry> {
    for (let index = 0; index < 360_000; index += 1) {
      const memoryRemainingBytes = index === 123_456 ? PEAK_BYTES : (index * 7919) % 500_000_000;
      const memoryProcessedBytes = index * 12e6;
      yield { ...template, atMs: index * 100, memoryRemainingBytes, memoryProcessedBytes };
      if (index % 20 === 0) yield { type: 'pass', atMs: index * 100, pass: index / 20 + 1 };
    }
  };
  const page = renderReport([await collectRun('long', hours())]);
  t.ok(page.length < 2e6, `${page.length} characters`);
  t.ok(page.includes(`${PEAK_BYTES}`));
});

test("the steps of the pause are QEMU's own where it was heard, and estimated where it was not, or in part", async (t) => {
  const pause = ['suspended', 'resumed'].map(
    (what) => STEADY.find((entry) => entry.type === 'guest' && entry.event === what)?.atMs ?? 0,
  );
  const [stop = 0, resume = 0] = pause;
  const steps = [
    { side: 'source', status: 'pre-switchover', share: 0.05 },
    { side: 'source', status: 'device', share: 0.25 },
    { side: 'destination', status: 'completed', share: 0.8 },
  ] as const;
  const heard = steps.map(
    ({ share, ...said }): TraceEntry => ({
      ...{ type: 'qemu', event: 'MIGRATION', ...said },
      atMs: stop + (resume - stop) * share,
    }),
  );
  const silent = STEADY.filter(({ type }) => type !== 'qemu');
  const seen = contentOf(renderReport([await collectRun('heard', [...silent, ...heard])]));
  t.match(seen, 'last pages and device state');
  t.ok(seen.includes(formatMs((resume - stop) * 0.55)), 'from the device to its end');
  t.notMatch(seen, '(estimated)');
  const unheard = contentOf(renderReport([await collectRun('in part', [...silent, ...heard.slice(0, 2)])]));
  t.match(unheard, '(estimated)');
});
