import { test } from 'tap';
import { formatBytes, formatMs, formatTable } from '../../lib/cli/format.js';
import { Progress } from '../../lib/cli/progress.js';
import type { MigrationEvent } from '../../lib/migration/index.js';

const events: MigrationEvent[] = [
  { type: 'phase', atMs: 1, phase: 'pre-copy' },
  { type: 'pass', atMs: 2, pass: 1 },
  {
    type: 'sample',
    atMs: 1500,
    memoryTotalBytes: 1e9,
    memoryRemainingBytes: 5e8,
    memoryProcessedBytes: 5e8,
    sentBytesPerSecond: 1.2e8,
    dirtiedBytesPerSecond: 5e7,
    expectedPauseMs: 321,
    throttle: 0.3,
    syncs: 1,
    diskTotalBytes: 0,
    diskRemainingBytes: 0,
    isSteered: true,
    downtimeLimitMs: 300,
    bandwidthBytesPerSecond: undefined,
    postCopyActive: false,
    paused: false,
  },
];

function shown(stream: { isTTY?: boolean; columns?: number }): string {
  let text = '';
  const progress = new Progress({
    ...stream,
    write: (more) => {
      text += more;
    },
  });
  for (const event of events) progress.show(event);
  return text;
}

test('a pipe gets whole plain lines', (t) => {
  t.equal(shown({}), '  1.0 ms  pre-copy\n  2.0 ms  pass 1\n');
  t.end();
});

test('a terminal gets a line that is rewritten, with everything in it', (t) => {
  const text = shown({ isTTY: true, columns: 200 });
  t.match(
    text,
    'pass 1 · sent 500 MB · 120 MB/s · dirty 50.0 MB/s · left 500 MB · pause if now 321 ms · throttle 30 %',
  );
  t.end();
});

test('a narrow terminal gets lines that do not wrap', (t) => {
  const last = shown({ isTTY: true, columns: 40 }).split('\x1b[K').at(-1) ?? '';
  t.equal(last.length, 39);
  t.end();
});

test('figures are rounded to what can be read', (t) => {
  t.equal(formatBytes(0), '0 B');
  t.equal(formatBytes(999), '999 B');
  t.equal(formatBytes(1_234_567), '1.2 MB');
  t.equal(formatBytes(1.5e15), '1500 TB');
  t.equal(formatMs(undefined), '–');
  t.equal(formatMs(4.321), '4.3 ms');
  t.equal(formatMs(43.21), '43 ms');
  t.equal(formatMs(4321), '4.32 s');
  t.equal(formatMs(61_234), '61.2 s');
  t.equal(formatTable(['a', 'bb'], [['xxx', '1']]), 'a    bb\n───  ──\nxxx   1');
  t.end();
});
