import { test } from 'tap';
import { wordsOfEvent } from '../../lib/cli/event-words.js';
import { formatBytes, formatMs, formatSeconds, formatTable, wrap } from '../../lib/cli/format.js';
import { Progress } from '../../lib/cli/progress.js';
import { inFlags } from '../../lib/cli/words.js';
import type { MigrationEvent } from '../../lib/migration/index.js';

const sample: Omit<Extract<MigrationEvent, { type: 'sample' }>, 'atMs'> = {
  ...{ type: 'sample', memoryTotalBytes: 1e9, memoryRemainingBytes: 5e8, memoryProcessedBytes: 5e8 },
  ...{ sentBytesPerSecond: 1.2e8, dirtiedBytesPerSecond: 5e7, expectedPauseMs: 321, throttle: 0.3 },
  ...{ progress: 0.4, etaMs: 12_000, pace: 'moving' },
  ...{ syncs: 1, diskTotalBytes: 0, diskRemainingBytes: 0, isSteered: true },
  ...{ downtimeLimitMs: 300, bandwidthBytesPerSecond: undefined, postCopyActive: false, paused: false },
};

const events: MigrationEvent[] = [
  { type: 'phase', atMs: 1, phase: 'pre-copy' },
  { type: 'pass', atMs: 2, pass: 1 },
  { ...sample, atMs: 1500 },
  {
    type: 'decision',
    atMs: 1600,
    by: 'policy',
    action: { kind: 'throttle', throttle: 0.3, reason: 'too fast' },
    refusal: undefined,
  },
  { type: 'decision', atMs: 1700, by: 'policy', action: { kind: 'continue', reason: 'fine' }, refusal: undefined },
  { ...sample, atMs: 15_000 },
  { ...sample, atMs: 15_100 },
];

test('a pipe gets whole plain lines, and one after a long silence', (t) => {
  let text = '';
  const progress = new Progress({
    write: (more) => {
      text += more;
    },
  });
  for (const event of events) progress.show(event);
  progress.say('hook-pass: noted');
  t.equal(
    text,
    [
      '  1.0 ms  pre-copy\n',
      '  2.0 ms  pass 1\n',
      '  1.60 s  throttle 30 %: too fast\n',
      '  15.0 s  40 % · about 12 s to go · left 500 MB · sent 120 MB/s · dirtied 50.0 MB/s · pause if it stopped now 321 ms · throttle 30 %\n',
      '  15.0 s  hook-pass: noted\n',
    ].join(''),
  );
  t.end();
});

test('decisions are told with their figures, and what libvirt did not take', (t) => {
  const told = (action: Extract<MigrationEvent, { type: 'decision' }>['action'], refusal?: string) =>
    wordsOfEvent({ type: 'decision', atMs: 0, by: 'policy', action, refusal });
  t.equal(told({ kind: 'downtime-limit', limitMs: 12, reason: 'why' }), 'downtime limit 12 ms: why');
  t.equal(told({ kind: 'bandwidth', bytesPerSecond: 5e6, reason: 'why' }), 'bandwidth 5.0 MB/s: why');
  t.equal(told({ kind: 'bandwidth', bytesPerSecond: undefined, reason: 'why' }), 'no bandwidth cap: why');
  t.equal(told({ kind: 'post-copy', reason: 'why' }, 'busy'), 'post-copy: why (refused: busy)');
  t.end();
});

test('messages of the library are told in the words of the command line', (t) => {
  const told: [string, string | undefined, string][] = [
    ['budget.pauseMs must be a number', 'budget.pauseMs', '--pause (in ms) must be a number'],
    ['Give budget.totalMs.', undefined, 'Give --within.'],
    ['transport.peerUri is missing', undefined, '--peer-uri is missing'],
    ["Add 'abort' to escalate.", undefined, "Add 'abort' to --then."],
    ['journal must be a file', 'journal', '--journal must be a file'],
    ['the journal of the source', undefined, 'the journal of the source'],
    [
      'Call adopt() to follow it, or resolve() later.',
      undefined,
      'Run `precopy adopt` to follow it, or `precopy resolve` later.',
    ],
    ['Abort it, or call adopt() with release: true.', undefined, 'Abort it, or run `precopy adopt --release`.'],
    ['Call resolve() without dryRun to have this done.', undefined, 'Say --yes to have this done.'],
  ];
  for (const [message, option, expected] of told) t.equal(inFlags(message, option), expected);
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
  t.equal(formatSeconds(3), '1 s');
  t.equal(formatSeconds(59_800), '1 min 0 s');
  t.equal(formatSeconds(7_380_000), '2 h 3 min');
  t.same(wrap('one two three verylongword x', 8), ['one two', 'three', 'verylongword', 'x']);
  t.equal(formatTable(['a', 'bb'], [['xxx', '1']]), 'a    bb\n───  ──\nxxx   1');
  t.end();
});
