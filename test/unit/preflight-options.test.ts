import { test } from 'tap';
import { type MigrateOptions, preflight } from '../../lib/migration/index.js';

const valid: MigrateOptions = { source: 'qemu+tls://a/system', destination: 'qemu+tls://b/system', domain: 'db1' };

const wrong: [string, object, RegExp][] = [
  ['domain', { domain: '' }, /non-empty string/],
  ['downtime', { downtime: 3 }, /left out/],
  ['budget', { budget: 50 }, /an object/],
  ['budget.pauseMs', { budget: { pauseMs: 0 } }, /from 1 to/],
  ['budget.slowdown', { budget: { slowdown: 30 } }, /from 0 to 1/],
  ['budget.pause', { budget: { pause: 50 } }, /left out: the options are pauseMs/],
  ['escalate', { escalate: 'abort' }, /a list/],
  ['escalate', { escalate: ['abort', 'pray'] }, /throttle, post-copy, pause, abort/],
  ['allow', { allow: ['same-host'] }, /a list of .*cpu-incompatible/],
  ['safety', { safety: 'none' }, /auto or strict or guarded/],
];

for (const [option, change, allowed] of wrong) {
  test(`${JSON.stringify(change)} is refused before anything is touched`, async (t) => {
    // The point of the test: a caller without types.
    await t.rejects(preflight({ ...valid, ...change } as MigrateOptions), {
      code: 'ERR_PRECOPY_INVALID_ARGUMENT',
      option,
      message: allowed,
    });
  });
}
