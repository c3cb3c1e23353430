import { test } from 'tap';
import { Stage } from '../../bench/engine/stage.js';
import type { LoggedRun } from '../../bench/suite/log.js';
import { OwnStage } from '../../bench/suite/own-hosts.js';
import { play } from '../../bench/suite/play.js';
import type { SuiteScenario } from '../../bench/suite/scenario.js';
import { testOneself } from '../../bench/suite/self-test.js';
import type { Host } from '../../lib/lab/index.js';

const MEBIBYTE = 1024 ** 2;

const GUEST = {
  kind: 'linux',
  memoryBytes: 128 * MEBIBYTE,
  workload: { name: 'steady', bytesPerSecond: 5e6, setBytes: 16 * MEBIBYTE },
} as const;

const TINY: SuiteScenario = {
  name: 'tiny',
  about: 'The smallest guest there is, when the link becomes slower in mid-run.',
  setting: {
    guest: GUEST,
    link: { bitsPerSecond: 1e9, change: { afterMs: 300, bitsPerSecond: 500e6 } },
  },
  ...{ budget: {}, patienceSeconds: 5, strategies: ['virsh', 'precopy'], rounds: 1, deadlineMs: 30_000 },
};

test('the benchmark, with one pair of one small scenario', async (t) => {
  await using stage = await Stage.start(AbortSignal.timeout(120_000));
  const { signal } = new AbortController();

  await t.test('a pair is measured from outside, and what control costs is known', async (t) => {
    const runs: LoggedRun[] = [];
    const missing = await play(
      stage,
      { scenario: TINY, rounds: [['virsh', 'precopy']] },
      {
        ...{ before: [], done: new Set<number>(), untilMs: Number.POSITIVE_INFINITY, signal },
        onRun: (run) => runs.push(run),
        onProgress: () => undefined,
      },
    );
    t.equal(missing, 0);
    t.same(
      runs.map(({ side }) => side),
      ['virsh', 'precopy'],
    );
    for (const { side, run } of runs) {
      t.equal(run.outcome, 'completed', side);
      for (const [name, value] of Object.entries(run.figures)) t.ok(Number.isFinite(value), `${side} has ${name}`);
      t.match(run, { qemu: { parts: { stopMs: Number, finishMs: Number } }, service: { p99Ms: Number } });
      t.ok((run.control?.clientMs ?? 0) > 0, 'its control takes some time');
      t.match(run.guest, { badPages: 0, clockWentBack: false });
    }
  });

  await t.test('stops of known length are read back', async (t) => {
    const { stops } = await testOneself(stage, 3, signal);
    t.equal(stops.length, 3);
    t.ok(stops.every(({ truthMs, readMs }) => truthMs > 0 && readMs > 0));
  });

  await t.test("a user's own guest goes to and fro between his own hosts", async (t) => {
    const [a, b] = [stage.lab.host('a'), stage.lab.host('b')];
    const guest = await stage.lab.startGuest({ ...GUEST, name: 'own' });
    await guest.heartbeats.waitForFirst();
    const own = (host: Host) => ({ ...host.endpoint, peerUri: host.peerUri });
    await using ours = await OwnStage.start({ domain: 'own', source: own(a), destination: own(b) });
    t.equal(await ours.accelerator(), 'tcg');
    const there = await ours.play({ by: 'virsh', flags: [] }, 30_000, signal);
    t.same(
      (await guest.locate()).map(({ name }) => name),
      ['b'],
    );
    const back = await ours.play({ by: 'engine', options: {} }, 30_000, signal);
    t.same(
      (await guest.locate()).map(({ name }) => name),
      ['a'],
    );
    for (const run of [there, back]) {
      t.match(run, { outcome: 'completed', figures: { pauseMs: Number, totalMs: Number, sentBytes: Number } });
      t.equal(run.figures.outsideMs, undefined, 'nobody looks from outside');
      t.equal(run.quiet, undefined);
    }
    await t.rejects(OwnStage.start({ domain: 'nobody', source: own(a), destination: own(b) }), {
      code: 'ERR_PRECOPY_BENCH_GUEST',
      remedy: /--domain/,
    });
  });
});
