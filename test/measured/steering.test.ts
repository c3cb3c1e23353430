import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { policyFromFunction } from '../../lib/policy/index.js';
import { moveOptions, observeMove, startWriter, stillBeats, virshSees } from '../lab/moving.js';

test('what steers a migration may fail, and neither the guest nor the process comes to harm', async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  const guest = await startWriter(lab, 'steered');

  await t.test('a policy that throws is said, and the migration is given up', async (t) => {
    const faulty = policyFromFunction('faulty', ({ memoryProcessedBytes }) => {
      if (memoryProcessedBytes > 0) throw new RangeError('no such rung');
      return [];
    });
    const { result } = await observeMove({ ...moveOptions(guest.name, a, b), policy: faulty });
    t.match(result, {
      ...{ outcome: 'cancelled', owner: 'source', abort: { reason: /no such rung/, outcome: 'cancelled' } },
      warnings: [{ code: 'steering-failed', message: /no such rung/ }],
    });
    t.same(await virshSees(guest.name, lab.hosts), ['a']);
  });

  await t.test("QEMU's own bounds of the throttle are as before, once a throttled migration is given up", async (t) => {
    const source = { ...a.endpoint, allowMonitorCommand: true };
    await using connection = await a.connect({ allowMonitorCommand: true });
    const domain = await connection.domainLookupByName(guest.name);
    const mostPercent = async () => {
      const answer = JSON.parse(await domain.qemuMonitorCommand('{"execute": "query-migrate-parameters"}'));
      return answer.return['max-cpu-throttle'];
    };
    const before = await mostPercent();
    let meanwhile: number | undefined;
    const throttling = policyFromFunction('throttling', ({ memoryProcessedBytes }) => {
      if (memoryProcessedBytes === 0) return [];
      return meanwhile === undefined
        ? { kind: 'throttle', throttle: 0.3, reason: 'for the test' }
        : { kind: 'abort', reason: 'enough was seen' };
    });
    const autoConverge = { initial: 0.2, increment: 0.1 };
    const { result } = await observeMove(
      {
        ...{ ...moveOptions(guest.name, a, b), source },
        policy: { ...throttling, settings: () => ({ downtimeLimitMs: 1, postCopy: false, autoConverge, notes: [] }) },
      },
      async ({ type }) => {
        if (type === 'decision') meanwhile ??= await mostPercent();
      },
    );
    t.match(result, { outcome: 'cancelled', owner: 'source', decisions: [{ refusal: undefined }] });
    t.equal(meanwhile, 30, 'it was lowered');
    t.equal(await mostPercent(), before);
  });

  await t.test('what the hold kept back is done once the guest did not stop at the release', async (t) => {
    const { result } = await observeMove({
      ...moveOptions(guest.name, a, b),
      policy: 'qemu',
      hooks: { beforeSwitchover: () => delay(3000) },
    });
    t.match(result, { outcome: 'completed', hold: 'held' });
    t.match(
      result.decisions.map(({ action }) => action),
      [{ kind: 'downtime-limit', limitMs: 300, reason: /hold/ }],
      "QEMU's own limit is in force again",
    );
    t.match(await stillBeats(guest), { badPages: 0, clockWentBack: false });
  });
});
