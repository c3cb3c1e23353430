import { test } from 'tap';
import { type AbortAnswer, AbortRequest, abortOutcome, type CallState } from '../../lib/migration/abort.js';
import type { Owner } from '../../lib/migration/ownership.js';

const table: [AbortAnswer, CallState, Owner, string][] = [
  ['too late', 'not made', 'unknown', 'cancelled'],
  ['accepted', 'back', 'source', 'cancelled'],
  ['accepted', 'back', 'destination', 'completedAnyway'],
  ['too late', 'back', 'destination', 'completedAnyway'],
  ['too late', 'back', 'source', 'cancelled'],
  ['refused', 'back', 'destination', 'refused'],
  ['refused', 'back', 'source', 'cancelled'],
  ['accepted', 'out', 'source', 'hung'],
  ['refused', 'out', 'unknown', 'refused'],
  ['unanswered', 'out', 'unknown', 'hung'],
  ['unanswered', 'back', 'source', 'cancelled'],
  ['accepted', 'back', 'unknown', 'hung'],
  ['accepted', 'back', 'neither', 'hung'],
];

for (const [answer, call, owner, outcome] of table) {
  test(`${answer}, call ${call}, owner ${owner}: ${outcome}`, (t) => {
    t.equal(abortOutcome(answer, call, owner), outcome);
    t.end();
  });
}

test('the first reason wins', async (t) => {
  const request = new AbortRequest();
  t.notOk(request.isAsked);
  request.ask('host is on fire');
  request.ask('changed my mind');
  await request.asked;
  t.equal(request.reason, 'host is on fire');
  t.throws(() => request.throwIfAsked(), { code: 'ERR_PRECOPY_ABORTED', message: /host is on fire/ });
});
