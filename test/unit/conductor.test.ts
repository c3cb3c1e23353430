import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import type { Domain, JobStats } from '../../lib/libvirt/index.js';
import { AbortRequest } from '../../lib/migration/abort.js';
import { Actuators } from '../../lib/migration/actuators.js';
import { Conductor, type DecisionRecord } from '../../lib/migration/conductor.js';
import { Gate } from '../../lib/migration/gate.js';
import { HookRunner } from '../../lib/migration/hook-runner.js';
import { Steering } from '../../lib/migration/steering.js';
import { type Action, LandingGear, policyByName, policyFromFunction } from '../../lib/policy/index.js';

const LINK_BYTES_PER_MS = 117_000;
const NEAR_BYTES = 3e6;

/** A conductor of a guest whose limits are refused whenever `refuses` says so, and what it decided. */
function conductorOf(
  refuses: (what: 'limit' | 'speed', value: number) => boolean,
  policy = policyByName('qemu'),
  speedMebibytes = 0,
  atFirst: () => Promise<readonly Action[]> = async () => [],
) {
  const answer = async (what: 'limit' | 'speed', value: number) => {
    if (refuses(what, value)) throw new Error(`no ${what} now`);
  };
  const guest = {
    migrateGetMaxDowntime: async () => 1,
    migrateGetMaxSpeed: async () => speedMebibytes,
    migrateSetMaxDowntime: (milliseconds: number) => answer('limit', milliseconds),
    migrateSetMaxSpeed: (mebibytes: number) => answer('speed', mebibytes),
  };
  const can = { throttle: false, autoConverge: false, postCopy: false };
  const actuators = new Actuators(async () => guest as unknown as Domain, 1000, can, undefined);
  const decisions: DecisionRecord[] = [];
  const atMs = () => 0;
  const conductor = new Conductor({
    ...{ actuators, gate: new Gate(actuators, atMs, 300), landing: new LandingGear(true), abort: new AbortRequest() },
    ...{ switchoverAt: undefined, atMs },
    hooks: new HookRunner({}, { context: () => Object.create(null), onFailure: () => {} }),
    steering: new Steering({ policy, budget: {}, escalate: [], can, fixedPauseMs: 20, looks: 'never' }),
    atFirst,
    handlers: {
      onDecision: (decision) => decisions.push(decision),
      ...{ onNote: () => {}, onPass: () => {}, onHold: () => {} },
      onFailure: (error) => {
        throw error;
      },
    },
  });
  /** A reading, and what is done about it. */
  const see = async (readAtMs: number, memoryRemainingBytes: number): Promise<void> => {
    const memoryProcessedBytes = 300e6 - memoryRemainingBytes;
    const stats: JobStats = { type: 'unbounded', memoryIteration: 1, memoryProcessedBytes, memoryRemainingBytes };
    conductor.take(stats, readAtMs);
    await delay(1);
  };
  return { actuators, decisions, see };
}

/** A first pass up to where the landing begins. */
async function comeNear(see: (atMs: number, leftBytes: number) => Promise<void>): Promise<number> {
  let atMs = 0;
  for (let leftBytes = 300e6; leftBytes > NEAR_BYTES; leftBytes -= 100 * LINK_BYTES_PER_MS) {
    await see(atMs, leftBytes);
    atMs += 100;
  }
  await see(atMs, NEAR_BYTES);
  return atMs;
}

test('a landing is taken back until libvirt takes it: a stream that stays slowed would never end', async (t) => {
  let refusals = 0;
  let isDeaf = false;
  const { actuators, decisions, see } = conductorOf((what, mebibytes) => {
    if (!isDeaf || what !== 'speed' || mebibytes !== 0) return false;
    refusals += 1;
    return true;
  });
  const nearAtMs = await comeNear(see);
  t.match(decisions.at(-1), { by: 'landing', action: { kind: 'bandwidth' } });
  t.ok((actuators.limits.bandwidthBytesPerSecond ?? Number.POSITIVE_INFINITY) < 100e6, 'the stream is slowed');

  isDeaf = true;
  await see(nearAtMs + 2000, NEAR_BYTES);
  await see(nearAtMs + 2020, NEAR_BYTES);
  t.equal(refusals, 2);
  t.match(decisions.at(-1), { by: 'landing', refusal: 'no speed now' });
  t.ok(actuators.limits.bandwidthBytesPerSecond, 'still slowed');

  isDeaf = false;
  await see(nearAtMs + 2040, NEAR_BYTES);
  t.equal(actuators.limits.bandwidthBytesPerSecond, undefined, 'at full speed again');
  const decided = decisions.length;
  await see(nearAtMs + 2060, 100 * NEAR_BYTES);
  t.equal(decisions.length, decided, 'and that was it');
});

test('meanwhile the policy is asked as ever, and what it wants of the same kind comes instead', async (t) => {
  const asked: number[] = [];
  const aware = policyFromFunction('aware', ({ elapsedMs, bandwidthBytesPerSecond }) => {
    asked.push(elapsedMs);
    const isSlowed = bandwidthBytesPerSecond !== undefined && bandwidthBytesPerSecond < 50e6;
    return isSlowed ? { kind: 'bandwidth', bytesPerSecond: 50 * 1024 ** 2, reason: 'better than nothing' } : [];
  });
  let isDeaf = true;
  const refuses = (what: string, mebibytes: number) => isDeaf && what === 'speed' && mebibytes === 0;
  const { actuators, see } = conductorOf(refuses, aware);
  const nearAtMs = await comeNear(see);
  asked.length = 0;
  for (const laterMs of [2000, 2020, 2040]) await see(nearAtMs + laterMs, 50 * NEAR_BYTES);
  t.same(asked, [nearAtMs + 2020, nearAtMs + 2040], 'from the moment at which the landing is over');
  isDeaf = false;
  await see(nearAtMs + 2060, 50 * NEAR_BYTES);
  t.equal(actuators.limits.bandwidthBytesPerSecond, 50 * 1024 ** 2);
});

test("libvirt's own cap of the guest is in force from the start, and no cap is none", async (t) => {
  const startWith = async (speedMebibytes: number) => {
    const { actuators } = conductorOf(() => false, policyByName('qemu'), speedMebibytes);
    await actuators.prepare(undefined);
    return [actuators.startingBandwidthBytesPerSecond, actuators.limits.bandwidthBytesPerSecond];
  };
  t.same(await startWith(30), [30 * 1024 ** 2, 30 * 1024 ** 2]);
  t.same(await startWith(0), [undefined, undefined]);
  t.same(await startWith(8_796_093_022_207), [undefined, undefined], 'the highest that libvirt knows');
});

test('the lowest limit, which a run that was killed has left behind, is not put back', async (t) => {
  const limits: number[] = [];
  const { actuators } = conductorOf((what, value) => {
    if (what === 'limit') limits.push(value);
    return false;
  });
  await actuators.prepare(1);
  await actuators.restore();
  t.same(limits, [300], 'it was in force already');
});

test('what is to be done first is asked for until there is an answer, and done again until libvirt takes it', async (t) => {
  let asked = 0;
  let isDeaf = true;
  const speed: Action = { kind: 'bandwidth', bytesPerSecond: undefined, reason: 'the hold is lifted' };
  const { decisions, see } = conductorOf(
    () => isDeaf,
    policyByName('qemu'),
    0,
    async () => {
      asked += 1;
      if (asked === 1) throw new Error('no answer');
      return [{ kind: 'downtime-limit', limitMs: 300, reason: 'the hold is lifted' }, speed];
    },
  );
  await see(0, 300e6);
  t.same(decisions, []);
  await see(100, 290e6);
  t.match(decisions, [{ by: 'hold', action: { kind: 'downtime-limit' }, refusal: 'no limit now' }]);
  isDeaf = false;
  await see(200, 280e6);
  t.match(decisions.slice(1), [
    { by: 'hold', action: { kind: 'downtime-limit' }, refusal: undefined },
    { by: 'hold', action: { kind: 'bandwidth' }, refusal: undefined },
  ]);
  await see(300, 270e6);
  t.match([asked, decisions.length], [2, 3], 'and that was it');
});
