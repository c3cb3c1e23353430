import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { test } from 'tap';
import { ladderSchema, parseLadder } from '../../lib/policy/index.js';

const published: unknown = JSON.parse(
  readFileSync(new URL('../../../lib/policy/ladder.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: true }).compile(ladderSchema());

function isAccepted(document: unknown): boolean {
  try {
    parseLadder(document);
    return true;
  } catch {
    return false;
  }
}

test('the published schema is the one that the validator has', (t) => {
  t.same(published, ladderSchema());
  t.end();
});

const number = fc.oneof(fc.constantFrom(0, 1, 0.5, 0.99, 300, 2_000_000, 2 ** 20), fc.constantFrom(-1, 1.5, 2_000_001));
const range = fc.record({ atLeast: number, atMost: number }, { requiredKeys: [] });
const when = fc.record(
  {
    at: fc.constantFrom('pass-boundary', 'any-time', 'always'),
    pass: range,
    elapsedMs: range,
    expectedPauseMs: range,
    dirtyBytes: range,
    passesWithoutProgress: range,
    dirtiedPerSent: range,
    throttle: range,
    speed: range,
  },
  { requiredKeys: [] },
);
const action = fc.record(
  {
    action: fc.constantFrom(
      'downtime-limit',
      'bandwidth',
      'throttle',
      'switchover',
      'post-copy',
      'pause',
      'abort',
      'continue',
    ),
    limitMs: number,
    bytesPerSecond: number,
    throttle: number,
    reason: fc.constantFrom('because', ''),
  },
  { requiredKeys: ['action'] },
);
const anyLadder = fc.record(
  {
    name: fc.constantFrom('mine', ''),
    $schema: fc.constant('./ladder.schema.json'),
    settings: fc.record(
      {
        downtimeLimitMs: number,
        postCopy: fc.boolean(),
        autoConverge: fc.record({ initial: number, increment: number }, { requiredKeys: ['initial'] }),
      },
      { requiredKeys: [] },
    ),
    rungs: fc.array(fc.record({ when, do: fc.array(action, { maxLength: 2 }) }, { requiredKeys: ['when'] }), {
      maxLength: 3,
    }),
  },
  { requiredKeys: ['rungs'] },
);

/** A ladder that is right, spoilt in at most one place, so that both answers come up often. */
const nearlyRight = fc
  .record({
    atLeast: fc.integer({ min: 0, max: 9 }),
    limitMs: fc.integer({ min: -1, max: 3 }),
    name: fc.constantFrom('mine', 'yours'),
    extra: fc.constantFrom('', '', 'also'),
  })
  .map(({ atLeast, limitMs, name, extra }) => ({
    name,
    rungs: [
      {
        when: { pass: { atLeast } },
        do: [{ action: 'downtime-limit', limitMs, ...(extra === '' ? {} : { [extra]: 1 }) }],
      },
    ],
  }));

test('schema and validator accept and refuse the same ladders', (t) => {
  const answers = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(fc.oneof(anyLadder, nearlyRight, fc.jsonValue()), (document) => {
      const isValid = validate(document);
      answers[isValid ? 'accepted' : 'refused'] += 1;
      return isAccepted(document) === isValid;
    }),
    { numRuns: 3000 },
  );
  t.ok(answers.accepted > 100 && answers.refused > 100, JSON.stringify(answers));
  t.end();
});
