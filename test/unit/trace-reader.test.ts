import { writeFileSync } from 'node:fs';
import { test } from 'tap';
import { readTrace, type TraceEntry, TraceError } from '../../lib/trace/index.js';
import { linesOf, newTrace, RECORDED, readAll, readText, recorded } from '../support/traces.js';

const whole = linesOf(recorded('hot-aborted'));
const [header = '', second = '', third = ''] = whole;
const sample = whole.find((line) => line.startsWith('{"type":"sample"')) ?? '';

async function failureOf(work: Promise<unknown>): Promise<TraceError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error('it was read');
}

test('every recorded trace is read as it was written', async (t) => {
  for (const { name, path } of RECORDED) {
    t.same(
      await readAll(path),
      linesOf(path).map((line) => JSON.parse(line)),
      name,
    );
  }
});

test('a trace that was cut off at any byte is read up to the cut', async (t) => {
  const text = `${[header, second, sample, '{"type":"warning","atMs":9,"code":"ü","message":"½ – 𝄞"}', third].join('\n')}\n`;
  const bytes = Buffer.from(text);
  const entries = await readText(text);
  t.equal(entries.length, 5);
  const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at);
  for (let length = 1; length <= bytes.length; length += 1) {
    // A last line of which only the line end is missing is whole.
    const expected = entries.slice(0, ends.filter((end) => end <= length).length);
    const read = await readText(bytes.subarray(0, length), 1 + (length % 97));
    if (read.length !== expected.length) t.fail(`cut after ${length} bytes: ${read.length}, not ${expected.length}`);
    t.same(read.at(-1), expected.at(-1));
  }
});

test('bytes that were never written at the end of a file, as a power cut leaves them, are no harm', async (t) => {
  t.equal((await readText(`${header}\n${second}\n${'\0'.repeat(5000)}`)).length, 2);
});

test('what a later version of precopy adds within the format is no error', async (t) => {
  const later = '{"type":"temperature","atMs":3,"celsius":55}';
  const more = second.replace('"atMs"', '"colour":"red","atMs"');
  const entries = await readText(`${header}\n${later}\n${more}\n`);
  t.same(
    entries.map(({ type }) => type),
    ['trace', 'phase'],
    'an entry of an unknown type is left out',
  );
  t.match(entries[1], { colour: 'red' }, 'an unknown field is kept');
});

const noTrace: [string, string | Buffer, RegExp][] = [
  ['an empty file', '', /empty/],
  ['a file of something else', 'Dear reader,\nthis is a letter.\n', /not JSON/],
  ['other NDJSON', '{"type":"phase","atMs":1,"phase":"connect"}\n', /no trace, which begins/],
  ['a JSON document', '[1, 2, 3]', /no trace/],
  ['an image', Buffer.from('89504e470d0a1a0a0000000d49484452ff', 'hex'), /binary/],
  [
    'a trace of another version',
    `${header.replace('"version":1', '"version":2')}\n`,
    /version 2, and this precopy reads 1/,
  ],
  ['a trace of no version', `${header.replace('"version":1,', '')}\n`, /version must be there/],
  [
    'a version that is no number',
    `${header.replace('"version":1', '"version":"one"')}\n`,
    /version must be a whole number/,
  ],
];

for (const [what, text, wrong] of noTrace) {
  test(`${what} is no trace, and that is said of line 1`, async (t) => {
    t.match(await failureOf(readText(text)), { code: 'ERR_PRECOPY_TRACE', line: 1, message: wrong });
  });
}

const garbage: [string, string | Buffer, RegExp][] = [
  ['an empty line', '', /it is empty/],
  ['words', 'Segmentation fault', /not JSON/],
  ['half an entry', sample.slice(0, 40), /not JSON/],
  ['two entries on a line', `${sample}${sample}`, /not JSON/],
  ['a number', '42', /must be an object/],
  ['null', 'null', /must be an object/],
  ['a list', '[]', /must be an object/],
  ['an entry without a type', '{"atMs":1}', /type must be/],
  ['a type that is no word', '{"type":7,"atMs":1}', /type must be a string, not 7/],
  ['an unknown entry without a time', '{"type":"temperature"}', /atMs must be there/],
  ['a missing field', sample.replace(/"syncs":\d+,/, ''), /syncs must be there/],
  ['a field of another type', sample.replace(/"syncs":\d+/, '"syncs":"four"'), /syncs must be a whole number.*"four"/],
  [
    'a number out of range',
    sample.replace(/"throttle":0/, '"throttle":30'),
    /throttle must be a number from 0 to 1, not 30/,
  ],
  ['null for a number', sample.replace(/"atMs":[\d.]+/, '"atMs":null'), /atMs must be a number, not null/],
  [
    'a wrong field deep inside',
    '{"type":"decision","atMs":1,"by":"policy","action":{"kind":"downtime-limit","limitMs":"5","reason":""}}',
    /action\.limitMs must be a number of at least 0, not "5"/,
  ],
  ['an unknown phase', '{"type":"phase","atMs":1,"phase":"lunch"}', /phase must be connect or .*"lunch"/],
  [
    'an unknown action',
    '{"type":"decision","atMs":1,"by":"policy","action":{"kind":"pray","reason":""}}',
    /action\.kind must be/,
  ],
  ['another trace', header, /another trace begins here/],
  ['bytes that are no text', Buffer.from('ff00fe80', 'hex'), /binary/],
];

for (const [what, line, wrong] of garbage) {
  test(`${what} in the middle is an error with the line's number, in whatever pieces it comes`, async (t) => {
    const text = Buffer.concat([Buffer.from(`${header}\n${second}\n`), Buffer.from(line), Buffer.from(`\n${third}\n`)]);
    for (const pieceBytes of [1, 50, 1e6]) {
      t.match(await failureOf(readText(text, pieceBytes)), { code: 'ERR_PRECOPY_TRACE', line: 3, message: wrong });
    }
  });
}

test('a line without an end is given up before it fills the memory', async (t) => {
  const error = await failureOf(readText(`${header}\n${second}\n{"type":"${'x'.repeat(17 * 1024 * 1024)}`));
  t.match(error, { line: 3, message: /longer than/ });
});

test('entries before the garbage are there before the error', async (t) => {
  const path = newTrace(t);
  writeFileSync(path, `${header}\n${second}\n${sample}\nnonsense\n${sample}\n`);
  const entries: TraceEntry[] = [];
  await t.rejects(
    async () => {
      for await (const entry of readTrace(path)) entries.push(entry);
    },
    { line: 4, message: `${path}, line 4: it is not JSON` },
  );
  t.equal(entries.length, 3);
});

test('a file that is not there is an error that names it', async (t) => {
  t.match(await failureOf(readAll('/nowhere/run.ndjson')), {
    ...{ code: 'ERR_PRECOPY_TRACE', line: undefined, message: /\/nowhere\/run\.ndjson.*ENOENT/ },
  });
  t.match(await failureOf(readAll('/')), { message: /EISDIR/ });
});
