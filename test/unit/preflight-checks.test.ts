import fc from 'fast-check';
import { test } from 'tap';
import {
  FINDING_CODES,
  type FindingCode,
  judgePreflight,
  PreflightError,
  type PreflightFacts,
  requirePreflight,
} from '../../lib/migration/index.js';
import { CHECKS } from '../../lib/migration/preflight/checks/index.js';
import { ALLOWABLE_CODES, isAllowable } from '../../lib/migration/preflight/finding.js';
import { fine } from './preflight-facts.js';
import { guestCases } from './preflight-guest-cases.js';
import { requestCases } from './preflight-request-cases.js';
import { storageCases } from './preflight-storage-cases.js';

/** The code of the port that nobody tries is there in every report whose address is not known to be wrong. */
const ALWAYS: FindingCode = 'migration-port-unproven';

const table = [...guestCases, ...storageCases, ...requestCases];

for (const [what, facts, codes] of table) {
  test(`${what}: ${codes.join(', ') || 'no finding'}`, (t) => {
    const { findings, ok } = judgePreflight(facts);
    t.same(
      findings.map(({ code }) => code).filter((code) => code !== ALWAYS),
      codes,
    );
    t.equal(
      ok,
      findings.every(({ severity }) => severity !== 'error'),
    );
    for (const { message, remedy } of findings) {
      t.match(message, /^\S.{20,}$/, 'says what is so');
      t.match(remedy, /^[A-Z].{10,}\.$/, 'says what to do');
      t.notMatch(message + remedy, /undefined|NaN|null|\[object/, 'says nothing that is not known');
    }
    t.end();
  });
}

test('every code is found by some row of the table', (t) => {
  const found = new Set(table.flatMap(([, , codes]) => codes)).add(ALWAYS);
  t.same(
    FINDING_CODES.filter((code) => !found.has(code)),
    [],
  );
  t.end();
});

/** All that the table has, any of it in any combination and any of it missing. */
const NAMES = [
  'source',
  'destination',
  'guest',
  'arriving',
  'destinationXmlProblem',
  'state',
  'job',
  'hasSnapshots',
  'sameUuid',
  'sameName',
  'hypervisor',
  'cpu',
  'memory',
  'paths',
  'gaps',
] as const;
const anyFacts: fc.Arbitrary<PreflightFacts> = fc
  .record({
    request: fc.constantFrom(...table.map(([, facts]) => facts.request)),
    picks: fc.array(fc.option(fc.nat(table.length - 1)), { minLength: NAMES.length, maxLength: NAMES.length }),
  })
  .map(({ request, picks }) => ({
    request,
    ...Object.fromEntries(
      NAMES.flatMap((name, index) => {
        const value = table[picks[index] ?? -1]?.[1][name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  }));

test('whatever is known or not, there are findings or none, and never an exception', (t) => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { findings, ok } = judgePreflight(facts);
      return (
        findings.every(({ code, message }) => FINDING_CODES.includes(code) && !/undefined|NaN/.test(message)) &&
        ok !== undefined
      );
    }),
    { numRuns: 2000 },
  );
  t.pass('held');
  t.end();
});

test('the order of the checks does not matter', (t) => {
  const orders = fc.shuffledSubarray([...CHECKS], { minLength: CHECKS.length });
  fc.assert(
    fc.property(
      anyFacts,
      orders,
      (facts, checks) => JSON.stringify(judgePreflight(facts, [], checks)) === JSON.stringify(judgePreflight(facts)),
    ),
    { numRuns: 500 },
  );
  t.pass('held');
  t.end();
});

test('what is allowed is a warning, and what cannot be allowed stays an error', (t) => {
  fc.assert(
    fc.property(anyFacts, fc.subarray(ALLOWABLE_CODES), (facts, allow) => {
      const [before, after] = [judgePreflight(facts), judgePreflight(facts, allow)];
      return (
        after.findings.length === before.findings.length &&
        after.findings.every(
          ({ code, severity }) => severity !== 'error' || !isAllowable(code) || !allow.includes(code),
        )
      );
    }),
  );
  t.ok(judgePreflight(table.find(([what]) => what === 'TCG under an old QEMU')?.[1] ?? fine, ['tcg-before-qemu-9']).ok);
  t.notOk(isAllowable('same-host'));
  t.end();
});

test('the error names the worst, tells all, and has the findings', (t) => {
  t.doesNotThrow(() => requirePreflight(judgePreflight(fine)));
  const report = judgePreflight({
    ...fine,
    state: { state: 'shutoff', reason: 'destroyed' },
    sameUuid: { name: 'db1', uuid: fine.guest.uuid, active: true },
  });
  t.throws(() => requirePreflight(report), {
    code: 'ERR_PRECOPY_DOMAIN_NOT_RUNNING',
    message: /is shutoff.*; .*is active already/,
    remedy: /Start it.*Find out/,
  });
  t.same(new PreflightError(report).findings, report.findings);
  t.end();
});
