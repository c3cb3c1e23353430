import { test } from 'tap';
import { kubevirt, kubevirtStall, nova, OVIRT_SCHEDULES, ovirt, proxmox, qemu, virsh } from '../../lib/policy/index.js';
import { converging, deadLink, decisionsOn, MIB, sawTooth, viewOf } from './policy-traces.js';

const END = 12; // of the trace that converges, in seconds

test('qemu decides nothing, whatever happens', (t) => {
  t.same(decisionsOn(converging, qemu, END), []);
  t.same(decisionsOn(sawTooth, qemu, 2000), []);
  t.same(decisionsOn(deadLink, qemu, 2000), []);
  t.end();
});

test('virsh without options decides nothing either', (t) => {
  t.same(decisionsOn(sawTooth, virsh(), 2000), []);
  t.end();
});

test('virsh acts once on its timeout, wherever the pass stands', (t) => {
  t.same(decisionsOn(converging, virsh({ timeoutMs: 20_000 }), END), [], 'ended before');
  t.same(decisionsOn(sawTooth, virsh({ timeoutMs: 5000 }), 60), ['5 pause'], 'suspend is the default');
  t.same(decisionsOn(sawTooth, virsh({ timeoutMs: 21_000, onTimeout: 'post-copy' }), 60), ['21 post-copy']);
  t.same(decisionsOn(deadLink, virsh({ timeoutMs: 8000 }), 60), ['8 pause'], 'a dead link makes no difference');
  t.end();
});

test('virsh starts post-copy on iteration 2, which is the end of the first pass at 10 s', (t) => {
  const policy = virsh({ postCopyAfterPreCopy: true });
  t.same(decisionsOn(converging, policy, END), ['10 post-copy']);
  t.same(decisionsOn(sawTooth, policy, 60), ['10 post-copy']);
  t.same(decisionsOn(deadLink, policy, 60), []);
  t.same(
    decisionsOn(sawTooth, virsh({ postCopyAfterPreCopy: true, timeoutMs: 5000, onTimeout: 'post-copy' }), 60),
    ['5 post-copy'],
    'and never twice',
  );
  t.end();
});

test('nova raises the limit by the clock alone', (t) => {
  // 1 GiB counts as 2: a step each 75 s × 2 = 150 s. Base 500/10 = 50 ms, offset (500 − 50)/10 = 45 ms. A step is taken when more than its time
  // has passed, so at the next look of 0.5 s. Completion timeout 800 s × 2 = 1600 s.
  const steps = [50, 95, 140, 185, 230, 275, 320, 365, 410, 455, 500].map(
    (limit, step) => `${150 * step + 0.5} downtime-limit ${limit}`,
  );
  t.same(decisionsOn(converging, nova(), END), steps.slice(0, 1));
  t.same(decisionsOn(sawTooth, nova(), 2000), [...steps, '1600.5 abort']);
  t.same(decisionsOn(deadLink, nova(), 2000), [...steps, '1600.5 abort'], 'a dead link makes no difference');
  t.end();
});

test('nova can force the end instead: post-copy where it is permitted, a pause where it is not', (t) => {
  const steps = {
    downtimeMs: 400,
    downtimeSteps: 10,
    downtimeDelaySecondsPerGibibyte: 30,
    completionTimeoutSecondsPerGibibyte: 100,
    timeoutAction: 'force_complete',
  } as const;
  // The example of Nova's own documentation is for 3 GB: a step each 90 s, and limits of 40, 76, 112, 148 ms. The timeout is at 300 s.
  const limits = [
    '0.5 downtime-limit 40',
    '90.5 downtime-limit 76',
    '180.5 downtime-limit 112',
    '270.5 downtime-limit 148',
  ];
  const memory = { memoryTotalBytes: 3072 * MIB };
  t.same(decisionsOn(sawTooth, nova(steps), 400, memory), [...limits, '300.5 pause', '360.5 downtime-limit 184']);
  t.same(decisionsOn(sawTooth, nova({ ...steps, permitPostCopy: true }), 400, memory), [...limits, '300.5 post-copy']);
  t.end();
});

test('ovirt goes down its schedule by libvirt iterations, at most one rung for each look of 10 s', (t) => {
  // Saw-tooth: at 10 s it sees iteration 2 and counts from there. At 20 s: 6 − 2 = 4 iterations, more than the first rung's 1. At 30 s: 8 > 2.
  // At 40 s: 12 > 3. At 50 s: 16 > 4. At 60 s: 20 > 6. At 70 s the abort, whose -1 is less than anything.
  const first = '0 downtime-limit 100';
  const limits = [
    first,
    '20 downtime-limit 150',
    '30 downtime-limit 200',
    '40 downtime-limit 300',
    '50 downtime-limit 400',
    '60 downtime-limit 500',
  ];
  t.same(decisionsOn(converging, ovirt(), END), [first]);
  t.same(decisionsOn(sawTooth, ovirt(), 200), [...limits, '70 abort']);
  t.same(decisionsOn(deadLink, ovirt(), 2000), [first], 'no iteration, no action: it waits for ever');

  t.same(decisionsOn(sawTooth, ovirt({ schedule: 'suspend-if-needed' }), 200), [
    ...limits,
    '70 downtime-limit 5000',
    '80 abort',
  ]);
  t.same(
    decisionsOn(sawTooth, ovirt({ schedule: 'post-copy' }), 200),
    [...limits.slice(0, 3), '40 post-copy'],
    'no abort once post-copy runs',
  );
  t.same(decisionsOn(sawTooth, ovirt({ schedule: 'very-large' }), 200), [
    '0 downtime-limit 300',
    '20 downtime-limit 400',
    '30 downtime-limit 500',
    '40 downtime-limit 700',
    '50 downtime-limit 1000',
    '60 downtime-limit 1500',
    '70 downtime-limit 5000',
    '80 abort',
  ]);
  t.end();
});

test("ovirt's legacy schedule grows exponentially and then waits for 42 iterations", (t) => {
  // 500/5 = 100; (500 − 100)^(1/4) = 4.472; 100 + 4.472^i = 101, 104, 120, 189, 500. At 50 s 500 ms; 42 iterations of 2.5 s after the first look
  // at 10 s are over beyond 115 s: at 120 s it sees 46 − 2 = 44.
  t.same(decisionsOn(sawTooth, ovirt({ schedule: 'legacy' }), 200), [
    '0 downtime-limit 101',
    '20 downtime-limit 104',
    '30 downtime-limit 120',
    '40 downtime-limit 189',
    '50 downtime-limit 500',
    '120 downtime-limit 500',
    '130 abort',
  ]);
  t.equal(OVIRT_SCHEDULES.legacy.autoConverge, false);
  t.end();
});

test('kubevirt takes nearly everything for progress', (t) => {
  // 1 GiB is 1.07 · 10^9 bytes and counts as 2: 300 s, of which whole seconds must be more than 300. On a dead link nothing has changed since
  // 5.0 s; more than 150 whole seconds are over at 156 s.
  t.same(decisionsOn(converging, kubevirt(), END), []);
  t.same(decisionsOn(sawTooth, kubevirt(), 1000), ['301 abort']);
  t.same(decisionsOn(deadLink, kubevirt(), 1000), ['156 abort']);
  t.end();
});

test('kubevirt may disrupt the workload at its timeout, and then waits as long again', (t) => {
  t.same(decisionsOn(sawTooth, kubevirt({ allowPostCopy: true }), 1000), ['301 post-copy']);
  t.same(decisionsOn(sawTooth, kubevirt({ allowWorkloadDisruption: true }), 1000), ['301 pause', '601 abort']);
  t.same(decisionsOn(sawTooth, kubevirt({ allowPostCopy: true, hasVfio: true }), 1000), [
    '301 downtime-limit 600000',
    '601 abort',
  ]);
  t.end();
});

test("kubevirt's downtime tuning takes seven equal steps", (t) => {
  // Limit 150, then from iteration 3 on, which begins at 12.5 s, a step of trunc((900 − 150)/7) = 107 ms every 10 s, and no more than 900.
  t.same(decisionsOn(sawTooth, kubevirt({ downtimeTuning: {} }), 120), [
    '0.5 downtime-limit 150',
    '12.5 downtime-limit 257',
    '22.5 downtime-limit 364',
    '32.5 downtime-limit 471',
    '42.5 downtime-limit 578',
    '52.5 downtime-limit 685',
    '62.5 downtime-limit 792',
    '72.5 downtime-limit 899',
    '82.5 downtime-limit 900',
  ]);
  t.end();
});

test('the stall detector of kubevirt compares iterations with those older than 40 s', (t) => {
  // Iterations at 10, 12.5, … with 250 MiB left. At 50 s the first one is 40 s old: 250 >= 250 × 0.96, stalled, and at once at a local minimum,
  // since 250 <= 250 × 1.04. Estimate 250/100 = 2500 ms, more than 1.5 × 900 ms.
  const initial = '0.5 downtime-limit 300';
  t.same(decisionsOn(converging, kubevirtStall(), END), [initial]);
  t.same(decisionsOn(sawTooth, kubevirtStall(), 1000), [initial, '50 abort']);
  t.same(
    decisionsOn(sawTooth, kubevirtStall({ maxDowntimeMs: 2000 }), 1000),
    [initial, '50 downtime-limit 2000', '111 abort'],
    '2500 <= 1.5 × 2000; then 60 s',
  );
  t.same(decisionsOn(sawTooth, kubevirtStall({ allowPostCopy: true }), 1000), [initial, '50 post-copy']);
  t.same(decisionsOn(sawTooth, kubevirtStall({ allowWorkloadDisruption: true }), 1000), [
    initial,
    '50 downtime-limit 2000000',
    '111 abort',
  ]);
  t.same(
    decisionsOn(deadLink, kubevirtStall(), 1000),
    [initial, '301 abort'],
    'without iterations only the timeout is left',
  );
  t.end();
});

test('proxmox doubles the limit at the sixth setback', (t) => {
  // Looks each second; at 10 s more is left (250) than at 9 s (124): the first setback. At 12 s less is left (50) than it sends in a look on
  // average (1100/12 = 92), so from there on it looks at each sample: setbacks at 12.5, 15, 17.5, 20, 22.5 s, and each further six take 15 s.
  t.same(decisionsOn(converging, proxmox(), END), []);
  t.same(decisionsOn(sawTooth, proxmox(), 90), [
    '22.5 downtime-limit 200',
    '37.5 downtime-limit 400',
    '52.5 downtime-limit 800',
    '67.5 downtime-limit 1600',
    '82.5 downtime-limit 3200',
  ]);
  t.same(decisionsOn(deadLink, proxmox(), 2000), [], 'nothing sent, nothing counted: it waits for ever');
  t.end();
});

test("proxmox never goes beyond libvirt's range", (t) => {
  t.same(decisionsOn(sawTooth, proxmox({ migrateDowntimeSeconds: 1500 }), 90), ['22.5 downtime-limit 2000000']);
  t.equal(
    proxmox({ migrateDowntimeSeconds: 0 }).settings({
      memoryTotalBytes: 1,
      diskTotalBytes: 0,
      budget: {},
      escalate: [],
    }).downtimeLimitMs,
    1,
  );
  t.end();
});

test('what the peers ask for at the start', (t) => {
  const situation = { memoryTotalBytes: MIB, diskTotalBytes: 0, budget: {}, escalate: [] };
  const groping = { initial: 0.2, increment: 0.1 };
  t.match(qemu.settings(situation), { postCopy: false, autoConverge: undefined });
  t.match(virsh({ autoConverge: true }).settings(situation), { autoConverge: groping });
  t.match(virsh({ timeoutMs: 1, onTimeout: 'post-copy' }).settings(situation), { postCopy: true });
  t.match(nova({ permitAutoConverge: true }).settings(situation), { autoConverge: groping });
  t.match(nova({ permitAutoConverge: true, permitPostCopy: true }).settings(situation), {
    postCopy: true,
    autoConverge: undefined,
  });
  t.match(ovirt({ schedule: 'post-copy' }).settings(situation), { postCopy: true, autoConverge: groping });
  t.match(kubevirt({ allowAutoConverge: true }).settings(situation), { autoConverge: groping });
  t.match(kubevirtStall({ allowPostCopy: true, allowAutoConverge: true }).settings(situation), {
    postCopy: true,
    autoConverge: groping,
  });
  t.match(proxmox().settings(situation), { downtimeLimitMs: 100, autoConverge: groping });
  t.equal(viewOf().can.postCopy, true);
  t.end();
});
