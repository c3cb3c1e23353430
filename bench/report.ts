// How long the report of a long migration takes, and how large its page is: ten hours of samples, ten a second, in a trace that is written first.
//
//   node dist/bench/report.js [--json] [--hours 10] [--repeats 5]
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readTrace, type TraceEntry } from '../lib/trace/index.js';
import { median } from './statistics.js';

const PROGRAM = fileURLToPath(new URL('../lib/cli/main.js', import.meta.url));
const TEMPLATE = fileURLToPath(new URL('../../test/fixtures/traces/steady.ndjson', import.meta.url));
const SAMPLES_PER_SECOND = 10;
/** A guest that never converges, in passes of two seconds. */
const SAMPLES_PER_PASS = 20;
const MEMORY_BYTES = 16 * 2 ** 30;
const LINK_BYTES_PER_SECOND = 119e6;

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    hours: { type: 'string', default: '10' },
    repeats: { type: 'string', default: '5' },
  },
});

const hours = positive('--hours', flags.hours);
const repeats = Math.ceil(positive('--repeats', flags.repeats));

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  process.stderr.write(`${flag} must be a number above 0, not ${text}\n`);
  process.exit(2);
}

/** A recorded migration, with hours of passes that do not help before its own. */
async function* longTrace(): AsyncGenerator<TraceEntry> {
  let isStretched = false;
  let laterMs = 0;
  for await (const entry of readTrace(TEMPLATE)) {
    yield 'atMs' in entry ? { ...entry, atMs: entry.atMs + laterMs } : entry;
    if (isStretched || entry.type !== 'pass') continue;
    isStretched = true;
    laterMs = hours * 3_600_000;
    yield* samples(hours * 3600 * SAMPLES_PER_SECOND, entry.atMs);
  }
}

function* samples(count: number, fromMs: number): Generator<TraceEntry> {
  for (let index = 0; index < count; index += 1) {
    const atMs = fromMs + (index * 1000) / SAMPLES_PER_SECOND;
    const inPass = (index % SAMPLES_PER_PASS) / SAMPLES_PER_PASS;
    if (inPass === 0) yield { type: 'pass', atMs, pass: index / SAMPLES_PER_PASS + 2 };
    yield {
      ...{
        type: 'sample',
        atMs,
        isSteered: true,
        memoryTotalBytes: MEMORY_BYTES,
        syncs: Math.floor(index / SAMPLES_PER_PASS) + 2,
      },
      memoryRemainingBytes: Math.round(240e6 * (1 - inPass) + (index % 97) * 1e5),
      memoryProcessedBytes: Math.round((index * LINK_BYTES_PER_SECOND) / SAMPLES_PER_SECOND),
      ...{
        sentBytesPerSecond: LINK_BYTES_PER_SECOND,
        dirtiedBytesPerSecond: 140e6,
        expectedPauseMs: undefined,
        throttle: 0,
      },
      ...{ diskTotalBytes: 0, diskRemainingBytes: 0, downtimeLimitMs: 1, bandwidthBytesPerSecond: undefined },
      ...{ postCopyActive: false, paused: false, progress: 0.5, pace: 'not-converging', etaMs: undefined },
    };
  }
}

async function* linesOf(entries: AsyncIterable<TraceEntry>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

function timeReport(trace: string, page: string): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'report', trace, '-o', page], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`precopy report: ${stderr}`);
  return performance.now() - startMs;
}

const directory = mkdtempSync(join(tmpdir(), 'precopy-report-'));
try {
  const [trace, page] = [join(directory, 'long.ndjson'), join(directory, 'long.html')];
  await pipeline(Readable.from(linesOf(longTrace())), createWriteStream(trace));
  const timesMs = Array.from({ length: repeats }, () => timeReport(trace, page));
  const [traceBytes, pageBytes] = [statSync(trace).size, statSync(page).size];
  const result = {
    hours,
    ...{
      traceBytes,
      pageBytes,
      medianMs: median(timesMs),
      leastMs: Math.min(...timesMs),
      mostMs: Math.max(...timesMs),
    },
  };
  if (flags.json) console.log(JSON.stringify(result));
  else console.table({ report: result });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
