import { test } from 'tap';
import {
  type Action,
  permitted,
  policies,
  policyByName,
  policyFromFunction,
  toDowntimeLimitMs,
} from '../../lib/policy/index.js';
import { viewOf } from './policy-traces.js';

const reason = 'because';

test('limits are brought into the range of libvirt, and never 0', (t) => {
  t.same([0, -5, 0.4, 1.9, 3e9, Number.POSITIVE_INFINITY].map(toDowntimeLimitMs), [1, 1, 1, 1, 2_000_000, 2_000_000]);
  const limits = [0, 2_000_001, Number.NaN].map(
    (limitMs) => permitted(viewOf({ downtimeLimitMs: 5 }), [{ kind: 'downtime-limit', limitMs, reason }]).actions,
  );
  t.match(limits, [[{ limitMs: 1 }], [{ limitMs: 2_000_000 }], [{ limitMs: 300 }]]);
  t.end();
});

test('what is so already is not done again', (t) => {
  const view = viewOf({
    downtimeLimitMs: 50,
    throttle: 0.3,
    paused: true,
    can: { throttle: true, autoConverge: true, postCopy: true },
  });
  const again: Action[] = [
    { kind: 'downtime-limit', limitMs: 50, reason },
    { kind: 'throttle', throttle: 0.3, reason },
    { kind: 'bandwidth', bytesPerSecond: undefined, reason },
    { kind: 'pause', reason },
  ];
  t.same(permitted(view, again), { actions: [], notes: [] });
  t.end();
});

test('in post-copy nothing is permitted that could end the guest, and that is said', (t) => {
  const actions: Action[] = [
    { kind: 'abort', reason },
    { kind: 'pause', reason },
    { kind: 'post-copy', reason },
    { kind: 'bandwidth', bytesPerSecond: 2 ** 20, reason },
  ];
  const { actions: kept, notes } = permitted(viewOf({ postCopyActive: true }), actions);
  t.same(
    kept.map(({ kind }) => kind),
    ['bandwidth'],
  );
  t.match(notes, [
    { code: 'refused', message: /abort was refused: post-copy is under way/ },
    { code: 'refused' },
    { code: 'refused' },
  ]);
  t.end();
});

test('an actuator that was not set up is refused with the reason', (t) => {
  const view = viewOf({ can: { throttle: false, autoConverge: false, postCopy: false } });
  const { actions, notes } = permitted(view, [
    { kind: 'throttle', throttle: 0.5, reason },
    { kind: 'post-copy', reason },
  ]);
  t.same(actions, []);
  t.match(notes, [{ message: /without the monitor/ }, { message: /not made possible at the start/ }]);
  t.end();
});

test('a policy may be a function that gives one action or several', (t) => {
  const one = policyFromFunction('one', () => ({ kind: 'pause', reason }));
  const several = policyFromFunction('several', () => [
    { kind: 'pause', reason },
    { kind: 'abort', reason },
  ]);
  t.equal(one.decide(viewOf(), one.initialState).actions.length, 1);
  t.equal(several.decide(viewOf(), several.initialState).actions.length, 2);
  t.end();
});

test('policies by name', (t) => {
  for (const [name, policy] of Object.entries(policies.byName)) t.equal(policyByName(name), policy);
  t.throws(() => policyByName('vmotion'), {
    code: 'ERR_PRECOPY_INVALID_ARGUMENT',
    message: /budget or qemu or virsh or nova/,
  });
  t.throws(() => policyByName('toString'), { code: 'ERR_PRECOPY_INVALID_ARGUMENT' });
  t.end();
});

test('after post-copy in the same decision nothing follows that would harm it', (t) => {
  const view = viewOf({ can: { throttle: false, autoConverge: false, postCopy: true } });
  const both: Action[] = [
    { kind: 'post-copy', reason: 'time is up' },
    { kind: 'abort', reason: 'otherwise' },
  ];
  t.match(permitted(view, both), { actions: [{ kind: 'post-copy' }], notes: [{ code: 'refused' }] });
  t.match(
    permitted({ ...view, can: { ...view.can, postCopy: false } }, both).actions,
    [{ kind: 'abort' }],
    'where post-copy cannot be had, the other one is done',
  );
  t.end();
});
