import { test } from 'tap';
import type { Domain } from '../../lib/libvirt/index.js';
import { Actuators } from '../../lib/migration/actuators.js';
import { takeOver } from '../../lib/migration/takeover.js';

const UNCAPPED = 8_796_093_022_207;

/** A guest with these limits in libvirt, and the actuators that work on it. */
function guestWith(limitMs: number, speedMebibytes = UNCAPPED) {
  const state = { limitMs, speedMebibytes, job: 'none', sets: 0 };
  const guest = {
    migrateGetMaxDowntime: async () => state.limitMs,
    migrateGetMaxSpeed: async () => state.speedMebibytes,
    migrateSetMaxDowntime: async (milliseconds: number) => {
      state.limitMs = milliseconds;
      state.sets += 1;
    },
    getJobStats: async () => ({ type: state.job }),
  };
  const can = { throttle: false, autoConverge: false, postCopy: false };
  return { state, actuators: new Actuators(async () => guest as unknown as Domain, 1000, can, undefined) };
}

test('the downtime limit before the start is what is wanted, or the own one of the guest; and known to be in force', async (t) => {
  for (const [ownMs, wantedMs, inForceMs] of [
    [500, 1, 1],
    [500, undefined, 500],
    [1, undefined, 300], // left by a run that was killed
    [1, 1, 1],
  ] as const) {
    const { state, actuators } = guestWith(ownMs);
    await actuators.prepare(wantedMs);
    t.same([state.limitMs, actuators.limits.downtimeLimitMs], [inForceMs, inForceMs], `${ownMs}, ${wantedMs}`);
  }
});

test('a limit that libvirt has lost by the time the job runs is set again, and no other', async (t) => {
  const { state, actuators } = guestWith(300);
  await actuators.prepare(20);
  await actuators.confirmDowntimeLimit();
  t.equal(state.sets, 1);
  state.limitMs = 300;
  await actuators.confirmDowntimeLimit();
  t.match(state, { limitMs: 20, sets: 2 });
});

test('a limit that another process has left is mended; not what that has put back itself, nor that of its next job', async (t) => {
  const left = guestWith(1);
  await left.actuators.mendDowntimeLimit(0);
  t.equal(left.state.limitMs, 300);

  const own = guestWith(500);
  await own.actuators.mendDowntimeLimit(0);
  t.match(own.state, { limitMs: 500, sets: 0 });

  const alive = guestWith(1);
  const mending = alive.actuators.mendDowntimeLimit(50);
  setTimeout(() => {
    alive.state.limitMs = 500;
  }, 10);
  await mending;
  t.match(alive.state, { limitMs: 500, sets: 0 });

  const busy = guestWith(1);
  busy.state.job = 'unbounded';
  await busy.actuators.mendDowntimeLimit(0);
  t.match(busy.state, { limitMs: 1, sets: 0 });
});

test('whoever takes a job over is warned that it is slowed, or lifts what was left', async (t) => {
  const takingOver = async (limitMs: number, speedMebibytes: number, lifts: boolean) => {
    const warnings: string[] = [];
    const { actuators } = guestWith(limitMs, speedMebibytes);
    const actions = await takeOver(actuators, lifts, ({ message }) => warnings.push(message));
    t.equal(actuators.limits.downtimeLimitMs, limitMs, 'what is in force is known');
    return { kinds: actions.map(({ kind }) => kind), warnings };
  };
  t.same(await takingOver(1, 1, true), { kinds: ['downtime-limit', 'bandwidth'], warnings: [] });
  t.same(await takingOver(1, UNCAPPED, true), { kinds: ['downtime-limit'], warnings: [] });
  t.same(await takingOver(72, 1, true), { kinds: ['bandwidth'], warnings: [] }, 'a landing that was cut off');
  t.same(await takingOver(300, UNCAPPED, true), { kinds: [], warnings: [] });
  t.same(await takingOver(1, UNCAPPED, false), { kinds: [], warnings: [] }, 'the budget policy starts like that');
  t.match(await takingOver(1, 1, false), {
    kinds: [],
    warnings: [/slowed to 1.0 MB\/s.*abort it, or call adopt\(\) with release/],
  });
});
