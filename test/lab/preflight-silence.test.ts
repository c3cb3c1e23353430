import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { connectSides } from '../../lib/migration/connect.js';
import { preflight, preflightSides } from '../../lib/migration/index.js';
import { resolveOptions } from '../../lib/migration/options.js';
import { moveOptions } from './moving.js';
import { startIdle } from './preflight-domain.js';

test('a host that is silent all at once is an error among the findings', async (t) => {
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];
  await startIdle(a, { name: 'lonely' });
  const request = resolveOptions({ ...moveOptions('lonely', a, b), deadlines: { callMs: 500 } });
  const sides = await connectSides(request);
  await b.daemon.freeze();
  const report = await preflightSides(sides, request);
  await b.daemon.thaw();
  await Promise.all([sides.source.close(), sides.destination.close()]);
  t.same(
    report.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ['unanswered'],
    'it was asked once, and no more',
  );
  t.match(report.findings[0], { side: 'destination', message: /within 500 ms/ });
});

test('a host that does not answer is an error, not a finding', async (t) => {
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];
  await b.daemon.freeze();
  await t.rejects(preflight({ ...moveOptions('x', a, b), deadlines: { connectMs: 500 } }), {
    code: 'ERR_PRECOPY_DEADLINE',
  });
  await b.daemon.thaw();
});
