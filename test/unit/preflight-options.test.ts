import { test } from 'tap';
import { type PreflightOptions, preflight } from '../../lib/migration/index.js';
import { resolvePreflight } from '../../lib/migration/preflight/options.js';

const valid: PreflightOptions = { source: 'qemu+tls://a/system', destination: 'qemu+tls://b/system', domain: 'db1' };

const wrong: [string, object, RegExp][] = [
  ['domain', { domain: '' }, /non-empty string/],
  ['downtime', { downtime: 3 }, /left out/],
  ['budget', { budget: 50 }, /an object/],
  ['budget.pauseMs', { budget: { pauseMs: 0 } }, /from 1 to/],
  ['budget.slowdown', { budget: { slowdown: 30 } }, /from 0 to 1/],
  ['budget.pause', { budget: { pause: 50 } }, /left out: the options are pauseMs/],
  ['escalate', { escalate: 'abort' }, /a list/],
  ['escalate[1]', { escalate: ['abort', 'pray'] }, /throttle or post-copy or pause or abort/],
  ['allow[0]', { allow: ['same-host'] }, /cpu-incompatible or/],
  ['safety', { safety: 'none' }, /auto or strict or guarded/],
];

for (const [option, change, allowed] of wrong) {
  test(`${JSON.stringify(change)} is refused before anything is touched`, async (t) => {
    // The point of the test: a caller without types.
    await t.rejects(preflight({ ...valid, ...change } as PreflightOptions), {
      code: 'ERR_PRECOPY_INVALID_ARGUMENT',
      option,
      message: allowed,
    });
  });
}

test('what is right is taken over, and nothing else is there', (t) => {
  const wish: Partial<PreflightOptions> = {
    budget: { pauseMs: 50, slowdown: 0.3 },
    escalate: ['throttle', 'abort'],
    safety: 'strict',
    allow: ['tcg-before-qemu-9'],
  };
  t.match(resolvePreflight({ ...valid, ...wish }), { ...wish, domain: 'db1', deadlines: { callMs: 10_000 } });
  t.same(
    Object.keys(resolvePreflight(valid)).filter((name) => name in wish),
    [],
  );
  t.same(resolvePreflight({ ...valid, escalate: [], allow: [] }).escalate, []);
  t.end();
});
