import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { test } from 'tap';
import { type TraceEntry, type TraceEntryType, traceSchema } from '../../lib/trace/index.js';
import { parseLine } from '../../lib/trace/reader.js';
import { linesOf, RECORDED, recorded } from '../support/traces.js';

const published: { oneOf: { properties: { type: { const?: string } } }[] } = JSON.parse(
  readFileSync(new URL('../../../lib/trace/trace.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: true }).compile(traceSchema());

/** Entries of the kinds that no recorded run has. */
const RARE: readonly TraceEntry[] = [
  { type: 'pace', atMs: 1, pace: 'stalled', was: 'moving' },
  { type: 'host', atMs: 1, side: 'source', view: { seen: 'present', state: 'running', reason: 'booted' } },
  { type: 'forecast', atMs: 1, forecast: { verdict: 'converges', totalMs: { low: 1, expected: 1.5, high: 2 } } },
  { type: 'observer', atMs: -1000, durationMs: 99.5, beats: 100, workPages: 20, longestSilenceMs: 1.25 },
  { type: 'observer', atMs: 900.5, durationMs: 80, beats: 1, longestSilenceMs: 80 },
  { type: 'call', atMs: 1.5, function: 'virDomainMigrateSetMaxDowntime', side: 'source', durationMs: 2.25 },
  { type: 'call', atMs: 2, function: 'virDomainGetJobStats', durationMs: 2, error: 'the daemon has gone' },
  { type: 'hold', atMs: 3, what: 'begin' },
  { type: 'qemu', atMs: 3.5, side: 'source', event: 'STOP' },
  { type: 'qemu', atMs: 4, side: 'source', event: 'MIGRATION', status: 'device' },
  { type: 'decision', atMs: 4, by: 'hook', action: { kind: 'pause', reason: 'now' }, refusal: 'not running' },
  {
    ...{ type: 'decision', atMs: 4, by: 'policy', refusal: undefined },
    action: { kind: 'bandwidth', bytesPerSecond: undefined, reason: 'no cap any more' },
  },
];

test('the published schema is the one that the reader has', (t) => {
  t.same(published, traceSchema());
  t.end();
});

test('every line of every recorded trace is as the schema says, and every kind of entry is among them', (t) => {
  const seen = new Set<TraceEntryType>();
  for (const { name, path } of RECORDED) {
    for (const [index, line] of linesOf(path).entries()) {
      const entry = JSON.parse(line);
      seen.add(entry.type);
      if (!validate(entry)) t.fail(`${name}, line ${index + 1}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    }
  }
  for (const entry of RARE) {
    seen.add(entry.type);
    // As it stands in a file: what is undefined is not there.
    t.ok(validate(JSON.parse(JSON.stringify(entry))), `${entry.type} ${JSON.stringify(validate.errors?.slice(0, 3))}`);
  }
  const known = published.oneOf.map(({ properties }) => properties.type.const).filter((type) => type !== undefined);
  t.same([...seen].sort(), known.sort());
  t.end();
});

const lines = [
  ...linesOf(recorded('hot-aborted')),
  ...linesOf(recorded('steady')),
  ...RARE.map((entry) => JSON.stringify(entry)),
];

/** Places in a document: every property, however deep. */
function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...placesIn(inner, [...path, key])]);
}

/** The same document with one property taken away, or of another value. */
function spoilt(line: string, place: number, instead: unknown): unknown {
  const document = JSON.parse(line);
  const places = placesIn(document);
  const path = places[place % places.length] ?? [];
  const holder = path.slice(0, -1).reduce((inner, key) => inner[key], document);
  const key = path.at(-1) ?? '';
  if (instead === undefined) delete holder[key];
  else holder[key] = instead;
  return document;
}

test('schema and reader accept and refuse the same entries', (t) => {
  const answers = { accepted: 0, refused: 0 };
  const instead = fc.constantFrom(undefined, null, 'word', '', -1, 0.5, 7, true, [], ['word'], {}, 1e300);
  fc.assert(
    fc.property(fc.constantFrom(...lines), fc.nat(), instead, (line, place, value) => {
      const document = spoilt(line, place, value);
      const isValid = validate(document);
      answers[isValid ? 'accepted' : 'refused'] += 1;
      const isFirst = JSON.parse(line).type === 'trace';
      // That the first line is the only one of its type, no schema of a line can say.
      if ((document as { type: unknown }).type === (isFirst ? undefined : 'trace')) return true;
      if (isFirst && (document as { type: unknown }).type !== 'trace') return true;
      return (typeof parseLine(JSON.stringify(document), isFirst) !== 'string') === isValid;
    }),
    { numRuns: 5000 },
  );
  t.ok(answers.accepted > 500 && answers.refused > 500, JSON.stringify(answers));
  t.end();
});
