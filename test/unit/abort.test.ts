import { test } from 'tap';
import { type AbortAnswer, AbortRequest, abortOutcome } from '../../lib/migration/abort.js';
import type { Owner } from '../../lib/migration/ownership.js';

const table: [AbortAnswer, boolean, Owner, string][] = [
  ['accepted', true, 'source', 'cancelled'],
  ['accepted', true, 'destination', 'completedAnyway'],
  ['too late', true, 'destination', 'completedAnyway'],
  ['too late', true, 'source', 'cancelled'],
  ['refused', true, 'destination', 'refused'],
  ['refused', true, 'source', 'cancelled'],
  ['accepted', false, 'source', 'hung'],
  ['refused', false, 'unknown', 'refused'],
  ['accepted', true, 'unknown', 'hung'],
  ['accepted', true, 'neither', 'hung'],
];

for (const [answer, cameBack, owner, outcome] of table) {
  test(`${answer}, call ${cameBack ? 'came back' : 'still out'}, owner ${owner}: ${outcome}`, (t) => {
    t.equal(abortOutcome(answer, cameBack, owner), outcome);
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
