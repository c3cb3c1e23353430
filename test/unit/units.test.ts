import { Command, InvalidArgumentError } from 'commander';
import { test } from 'tap';
import {
  bitsPerSecond,
  bytes,
  bytesPerSecond,
  fraction,
  milliseconds,
  moment,
  wholeNumber,
  wordsOf,
} from '../../lib/cli/units.js';

const understood: [string, (text: string) => unknown, [string, unknown][]][] = [
  [
    'milliseconds',
    milliseconds,
    [
      ['50ms', 50],
      ['1.5s', 1500],
      ['2m', 120_000],
      ['1h', 3_600_000],
      ['2 m', 120_000],
      ['0ms', 0],
    ],
  ],
  [
    'bytes',
    bytes,
    [
      ['256MiB', 268_435_456],
      ['1GB', 1e9],
      ['1.5KiB', 1536],
      ['7B', 7],
    ],
  ],
  [
    'bytesPerSecond',
    bytesPerSecond,
    [
      ['50MB/s', 5e7],
      ['1Gbit/s', 1.25e8],
      ['1Gbit', 1.25e8],
      ['8MiB/s', 8_388_608],
    ],
  ],
  [
    'bitsPerSecond',
    bitsPerSecond,
    [
      ['1Gbit/s', 1e9],
      ['2.5Gbit', 2.5e9],
      ['125MB/s', 1e9],
    ],
  ],
  [
    'fraction',
    fraction,
    [
      ['30%', 0.3],
      ['0%', 0],
      ['100%', 1],
      ['12.5 %', 0.125],
    ],
  ],
  [
    'wholeNumber',
    wholeNumber(),
    [
      ['1', 1],
      ['12', 12],
    ],
  ],
  [
    'wordsOf',
    wordsOf(['throttle', 'abort']),
    [
      ['abort,throttle', ['abort', 'throttle']],
      ['abort', ['abort']],
    ],
  ],
];

const refused: [string, (text: string) => unknown, string[]][] = [
  [
    'milliseconds',
    milliseconds,
    ['50', 'ms', '-5ms', '5 minutes', '1h30m', '', '1e3s', '5M', '5toString', '9999999999999h'],
  ],
  ['bytes', bytes, ['256', '256M', '1gb', '1Gbit', '-1GB', '1GB/s']],
  ['bytesPerSecond', bytesPerSecond, ['50', '50/s', '1gbit', 'fast', '50MB/m']],
  ['fraction', fraction, ['0.3', '30', '130%', '-1%', '%']],
  ['wholeNumber', wholeNumber(), ['0', '-1', '1.5', 'many', '']],
  ['wordsOf', wordsOf(['throttle', 'abort']), ['', 'stop', 'abort,abort', 'abort, throttle']],
];

test('quantities with their units are understood', (t) => {
  for (const [name, parse, cases] of understood)
    for (const [text, value] of cases) t.same(parse(text), value, `${name}: ${text}`);
  t.end();
});

test('everything else is refused with what is allowed', (t) => {
  for (const [name, parse, texts] of refused)
    for (const text of texts) t.throws(() => parse(text), InvalidArgumentError, `${name}: '${text}'`);
  t.end();
});

test('a moment is a time of day, a time from now or a date', (t) => {
  const now = new Date(2027, 0, 31, 22, 0, 0);
  t.same(moment('+90s', now), new Date(2027, 0, 31, 22, 1, 30));
  t.same(moment('23:15', now), new Date(2027, 0, 31, 23, 15));
  t.same(moment('21:59:30', now), new Date(2027, 1, 1, 21, 59, 30), 'tomorrow');
  t.same(moment('2027-02-01T00:00:00Z', now), new Date('2027-02-01T00:00:00Z'));
  for (const text of ['soon', '+90', '25:00', '12', '2020-01-01T00:00:00Z', '2027-13-01T00:00:00Z'])
    t.throws(() => moment(text, now), InvalidArgumentError, text);
  t.end();
});

test('the message names the flag, the value and what is allowed', (t) => {
  const command = new Command('move').exitOverride().configureOutput({ writeErr: () => {} });
  command.option('--pause <time>', 'longest pause', milliseconds);
  t.throws(() => command.parse(['--pause', '50'], { from: 'user' }), {
    message: /'--pause <time>' argument '50' is invalid\. It must be a number with a unit \(ms, s, m, h\), as in 50ms/,
  });
  t.end();
});
