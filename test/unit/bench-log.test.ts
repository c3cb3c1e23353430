import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { type LogEntry, LogWriter, parseLog, readLog } from '../../bench/suite/log.js';
import { beginLog } from '../../bench/suite/run.js';
import { madeUpLog, madeUpRun, QUICK_PLAN } from '../support/suite-logs.js';

const START: LogEntry = { type: 'plan', version: 1, startedAt: '2026-01-01T00:00:00Z', plan: QUICK_PLAN };
const runEntry = (pauseMs: number): LogEntry => ({
  ...{ type: 'run', at: '2026-01-01T00:00:01Z', scenario: 'quick-steady', side: 'virsh', round: 0 },
  run: madeUpRun(pauseMs),
});
const linesOf = (...entries: LogEntry[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

test('what is written is read again, and a file can be gone on with', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'precopy-bench-log-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'bench.ndjson');
  beginLog(path, QUICK_PLAN);
  const { runs } = madeUpLog();
  for (const half of [runs.slice(0, 5), runs.slice(5)]) {
    using writer = new LogWriter(path);
    for (const run of half) writer.write({ type: 'run', at: '2026-01-01T00:00:01Z', ...run });
  }
  const log = readLog(path);
  t.same(log.plan, QUICK_PLAN);
  t.same(
    log.runs.map(({ run }) => run.figures),
    runs.map(({ run }) => run.figures),
  );
  t.end();
});

test('a log that was cut off anywhere is read up to the cut', (t) => {
  const whole = linesOf(START, runEntry(1), { ...runEntry(2), round: 1 } as LogEntry);
  const first = linesOf(START).length;
  for (let length = first; length <= whole.length; length += 1) {
    const { runs } = parseLog(whole.slice(0, length), 'x');
    t.equal(runs.length, whole.slice(0, length).split('\n').length - 2);
  }
  t.end();
});

test('of a run that is there twice the later one counts', (t) => {
  const { runs } = parseLog(linesOf(START, runEntry(1), runEntry(2)), 'x');
  t.equal(runs.length, 1);
  t.equal(runs[0]?.run.figures.pauseMs, 2);
  t.end();
});

test('what is no log is refused with its line, and what to do', (t) => {
  const refused = (text: string, message: RegExp) =>
    t.throws(() => parseLog(text, 'some.ndjson'), { code: 'ERR_PRECOPY_BENCH_FILE', message, remedy: /\.ndjson/ });
  refused('', /plan/);
  refused(linesOf(runEntry(1)), /plan/);
  refused(`${linesOf(START)}garbage\n`, /line 2/);
  refused(`${linesOf(START, runEntry(1))}[1]\n${linesOf(runEntry(2))}`, /line 3/);
  refused(linesOf({ ...START, version: 2 }), /version 2/);
  t.throws(() => readLog('/nowhere/at/all'), { code: 'ERR_PRECOPY_BENCH_FILE' });
  const folder = mkdtempSync(join(tmpdir(), 'precopy-bench-log-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'x'), linesOf(START));
  t.ok(readFileSync(join(folder, 'x')).length > 0);
  t.throws(() => new LogWriter(join(folder, 'x', 'y')), { code: 'ERR_PRECOPY_BENCH_FILE' });
  t.end();
});
