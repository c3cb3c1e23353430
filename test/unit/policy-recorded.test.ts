import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import {
  type Action,
  kubevirt,
  kubevirtStall,
  nova,
  ovirt,
  type Policy,
  proxmox,
  qemu,
  virsh,
} from '../../lib/policy/index.js';
import { readTrace, replay } from '../../lib/trace/index.js';

// What the peers decide on three runs that were recorded in the lab, beside what their sources' rules say: reckoned by hand, from the
// moments at which they look and from what they see there. Times count from the first reading of the job, in milliseconds.

interface Case {
  readonly policy: Policy;
  readonly expected: readonly string[];
}

const pathOf = (name: string) => fileURLToPath(new URL(`../../../test/fixtures/peers/${name}.ndjson`, import.meta.url));

/** When the job was read for the first time, in milliseconds from the start of the run. */
async function firstReadingMs(name: string): Promise<number> {
  for await (const entry of readTrace(pathOf(name))) {
    if (entry.type === 'sample' && entry.memoryTotalBytes > 0) return entry.atMs;
  }
  return Number.NaN;
}

async function decide(t: Test, name: string, cases: Readonly<Record<string, Case>>): Promise<void> {
  const startMs = await firstReadingMs(name);
  for (const [what, { policy, expected }] of Object.entries(cases)) {
    const { steps } = await replay(readTrace(pathOf(name)), policy);
    const decided = steps.flatMap(({ atMs, replayed }) =>
      replayed.map((action) => `${Math.round(atMs - startMs)} ${inWords(action)}`),
    );
    t.same(decided, expected, what);
  }
}

function inWords(action: Action): string {
  return action.kind === 'downtime-limit' ? `limit ${action.limitMs}` : action.kind;
}

/*
 * 1 GiB, a writer of 80 MB/s, 1 Gbit/s: 2.9 s for the first pass and then ever less. Iteration 2 is seen at 2871 ms (235.0 MiB left),
 * 3 at 4684 (166.6), 4 at 5889 (121.9), 5 at 6729 (90.6), 6 at 7256 (70.9), 7 at 7619 (57.6), 8 at 7861 (48.5), 9 at 8041 (41.7),
 * 10 at 8161 (37.3), 11 at 8221 (35.1); the guest stopped at 8285.
 */
test('a run that converges', async (t) => {
  // A look every second: 1000 (iteration 1, the first seen), 2005 (1), 3071 (2), 4071 (2), 5084 (3), 6088 (4), 7128 (5), 8141 (9). A rung
  // is taken when more iterations than its limit have gone by since the first look, one for each look that finds a new iteration:
  // 3071: 1 > 1 is false. 5084: 2 > 1. 6088: 3 > 2. 7128: 4 > 3. 8141: 8 > 4.
  const looks = [5084, 6088, 7128, 8141];
  const rungs = (...actions: string[]) => actions.map((action, index) => `${looks[index]} ${action}`);
  await decide(t, 'converging', {
    qemu: { policy: qemu, expected: [] },
    virsh: { policy: virsh(), expected: [] },
    'virsh --timeout 5: the first look after it': { policy: virsh({ timeoutMs: 5000 }), expected: ['5084 pause'] },
    'virsh --timeout 3 --timeout-postcopy': {
      policy: virsh({ timeoutMs: 3000, onTimeout: 'post-copy' }),
      expected: ['3071 post-copy'],
    },
    'virsh --postcopy-after-precopy: on iteration 2': {
      policy: virsh({ postCopyAfterPreCopy: true }),
      expected: ['2871 post-copy'],
    },
    // A look every 0.5 s. 1 GiB counts as 2. The first step is 500/10 = 50 ms, the next one (500 - 50)/10 = 45 more after 75 s × 2.
    nova: { policy: nova(), expected: ['500 limit 50'] },
    // After 3 s × 2 = 6 s: the look at 6488 is the first one beyond.
    'nova, steps of 3 s': {
      policy: nova({ downtimeDelaySecondsPerGibibyte: 3 }),
      expected: ['500 limit 50', '6488 limit 95'],
    },
    // 2 s × 2 = 4 s: the looks are at 3872 and 4370.
    'nova, completion timeout of 2 s': {
      policy: nova({ completionTimeoutSecondsPerGibibyte: 2 }),
      expected: ['500 limit 50', '4370 abort'],
    },
    'nova, forced after 3 s × 2': {
      policy: nova({ completionTimeoutSecondsPerGibibyte: 3, timeoutAction: 'force_complete' }),
      expected: ['500 limit 50', '6488 pause'],
    },
    'ovirt: its first look is after 10 s': { policy: ovirt(), expected: ['0 limit 100'] },
    'ovirt, minimal downtime': {
      policy: ovirt({ pollMs: 1000 }),
      expected: ['0 limit 100', ...rungs('limit 150', 'limit 200', 'limit 300', 'limit 400')],
    },
    'ovirt, suspend if needed': {
      policy: ovirt({ pollMs: 1000, schedule: 'suspend-if-needed' }),
      expected: ['0 limit 100', ...rungs('limit 150', 'limit 200', 'limit 300', 'limit 400')],
    },
    // The third rung has no limit to wait for.
    'ovirt, post-copy': {
      policy: ovirt({ pollMs: 1000, schedule: 'post-copy' }),
      expected: ['0 limit 100', ...rungs('limit 150', 'limit 200', 'post-copy')],
    },
    // It begins with 300 ms, which are in force anyway.
    'ovirt, very large': {
      policy: ovirt({ pollMs: 1000, schedule: 'very-large' }),
      expected: rungs('limit 400', 'limit 500', 'limit 700', 'limit 1000'),
    },
    // 500/5 = 100, and 100 + 4.472^i = 101, 104, 120, 189, 500.
    'ovirt, legacy': {
      policy: ovirt({ pollMs: 1000, schedule: 'legacy' }),
      expected: ['0 limit 101', ...rungs('limit 104', 'limit 120', 'limit 189', 'limit 500')],
    },
    // 1.07 · 10^9 bytes count as 2: 300 s, or 2 s × 2 = 4 s, of which whole seconds have to be more: the look at 5284, 400 ms or more after
    // that at 4871.
    kubevirt: { policy: kubevirt(), expected: [] },
    'kubevirt, 2 s for each unit': {
      policy: kubevirt({ completionTimeoutSecondsPerGibibyte: 2 }),
      expected: ['5284 abort'],
    },
    'kubevirt, 2 s for each unit, post-copy allowed': {
      policy: kubevirt({ completionTimeoutSecondsPerGibibyte: 2, allowPostCopy: true }),
      expected: ['5284 post-copy'],
    },
    'kubevirt, 2 s for each unit, disruption allowed': {
      policy: kubevirt({ completionTimeoutSecondsPerGibibyte: 2, allowWorkloadDisruption: true }),
      expected: ['5284 pause'],
    },
    // With a window of 2 s: at 5889 the iteration of 2871 is out of it, and 121.9 < 235.0 × 0.96. At 6729 that of 4684 is, and
    // 90.6 < 166.6 × 0.96; and so on: never stalled.
    'kubevirt, stall detector': {
      policy: kubevirtStall({ stallDetector: { stallProgressTimeoutSeconds: 2 } }),
      expected: [],
    },
    // A look every second, and from 7128 on, where 45.9 MiB are left and less than the 99.2 that it sends in a look on average, every 0.1 s.
    // More is left than at the look before at 5084 (97.5 → 121.3), 7355 (32.2 → 59.9), 7718 (37.9 → 46.6), 7961 (35.7 → 37.6) and 8061
    // (37.6 → 40.4): five times, and it takes six.
    proxmox: { policy: proxmox(), expected: [] },
  });
});

/*
 * 512 MiB, a writer whose rate goes up and down, 1 Gbit/s. Iteration 2 is seen at 2897 ms (236.8 MiB left), 3 at 4741 (191.6), 4 at 6173
 * (152.9); the guest stopped at 7266.
 */
test('a run with bursts', async (t) => {
  // Looks each second: 1100 (iteration 1), 2104 (1), 3196 (2), 4196 (2), 5241 (3): 2 > 1, 6273 (4): 3 > 2.
  await decide(t, 'bursting', {
    qemu: { policy: qemu, expected: [] },
    'virsh --timeout 5': { policy: virsh({ timeoutMs: 5000 }), expected: ['5041 pause'] },
    'virsh --postcopy-after-precopy': {
      policy: virsh({ postCopyAfterPreCopy: true }),
      expected: ['2897 post-copy'],
    },
    // 512 MiB count as 2 GiB as well: 6 s, and the looks are at 5940 and 6473.
    'nova, steps of 3 s': {
      policy: nova({ downtimeDelaySecondsPerGibibyte: 3 }),
      expected: ['501 limit 50', '6473 limit 95'],
    },
    'nova, forced after 2 s × 2, post-copy permitted': {
      policy: nova({
        completionTimeoutSecondsPerGibibyte: 2,
        timeoutAction: 'force_complete',
        permitPostCopy: true,
      }),
      expected: ['501 limit 50', '4297 post-copy'],
    },
    'ovirt, minimal downtime': {
      policy: ovirt({ pollMs: 1000 }),
      expected: ['0 limit 100', '5241 limit 150', '6273 limit 200'],
    },
    'ovirt, post-copy: the third rung would be next': {
      policy: ovirt({ pollMs: 1000, schedule: 'post-copy' }),
      expected: ['0 limit 100', '5241 limit 150', '6273 limit 200'],
    },
    // 0.54 · 10^9 bytes count as 1: 2 s, so a look at 3 s or later.
    'kubevirt, 2 s for each unit': {
      policy: kubevirt({ completionTimeoutSecondsPerGibibyte: 2 }),
      expected: ['3096 abort'],
    },
    // At 6173 the iteration of 2897 is out of a window of 2 s: 152.9 < 236.8 × 0.96.
    'kubevirt, stall detector': {
      policy: kubevirtStall({ stallDetector: { stallProgressTimeoutSeconds: 2 } }),
      expected: [],
    },
    // Every 0.1 s from 4196 on, where 89.4 MiB are less than the 90.6 of an average look. More is left at 4841 and at 6173, which is twice.
    proxmox: { policy: proxmox(), expected: [] },
  });
});

/*
 * 512 MiB, of which 256 are rewritten as fast as the guest can, 1 Gbit/s, given up after 99 s: iteration 2 is seen at 2919 ms with
 * 260.8 MiB left, and then one every two seconds with 254.9 to 256.9, the 50th at 99 107 ms. It was read every 0.5 s.
 */
test('a run that never converges', async (t) => {
  // The looks every 10 s, at which a new iteration is found each time: 10 040 (iteration 5, the first seen), 20 100 (10): 5 > 1,
  // 30 552 (15): 10 > 2, 40 637 (20): 15 > 3, 51 132 (25): 20 > 4, 61 216 (31): 26 > 6, 71 667 (36), 82 107 (41), 92 616 (46).
  const looks = [20_100, 30_552, 40_637, 51_132, 61_216, 71_667, 82_107];
  const rungs = (...actions: string[]) => actions.map((action, index) => `${looks[index]} ${action}`);
  await decide(t, 'hot', {
    qemu: { policy: qemu, expected: [] },
    'virsh --timeout 5': { policy: virsh({ timeoutMs: 5000 }), expected: ['5487 pause'] },
    'virsh --postcopy-after-precopy': {
      policy: virsh({ postCopyAfterPreCopy: true }),
      expected: ['2919 post-copy'],
    },
    nova: { policy: nova(), expected: ['500 limit 50'] },
    // A step of 45 ms every 10 s × 2, and an end after 40 s × 2; the looks are those right after 20, 40, 60 and 80 s.
    'nova, steps of 10 s, completion timeout of 40 s': {
      policy: nova({ downtimeDelaySecondsPerGibibyte: 10, completionTimeoutSecondsPerGibibyte: 40 }),
      expected: ['500 limit 50', '20100 limit 95', '40138 limit 140', '60222 limit 185', '80623 abort'],
    },
    'ovirt, minimal downtime': {
      policy: ovirt(),
      expected: ['0 limit 100', ...rungs('limit 150', 'limit 200', 'limit 300', 'limit 400', 'limit 500', 'abort')],
    },
    'ovirt, suspend if needed': {
      policy: ovirt({ schedule: 'suspend-if-needed' }),
      expected: [
        '0 limit 100',
        ...rungs('limit 150', 'limit 200', 'limit 300', 'limit 400', 'limit 500', 'limit 5000', 'abort'),
      ],
    },
    'ovirt, post-copy': {
      policy: ovirt({ schedule: 'post-copy' }),
      expected: ['0 limit 100', ...rungs('limit 150', 'limit 200', 'post-copy')],
    },
    'ovirt, very large': {
      policy: ovirt({ schedule: 'very-large' }),
      expected: rungs('limit 400', 'limit 500', 'limit 700', 'limit 1000', 'limit 1500', 'limit 5000', 'abort'),
    },
    // After its last limit it waits for more than 42 iterations: at the look of 92 616 there are 46 - 5 = 41.
    'ovirt, legacy': {
      policy: ovirt({ schedule: 'legacy' }),
      expected: ['0 limit 101', ...rungs('limit 104', 'limit 120', 'limit 189', 'limit 500')],
    },
    // 150 s × 1 are not over.
    kubevirt: { policy: kubevirt(), expected: [] },
    // 20 s × 1, and whole seconds have to be more: 21 100.
    'kubevirt, 20 s for each unit': {
      policy: kubevirt({ completionTimeoutSecondsPerGibibyte: 20 }),
      expected: ['21100 abort'],
    },
    'kubevirt, 20 s for each unit, post-copy allowed': {
      policy: kubevirt({ completionTimeoutSecondsPerGibibyte: 20, allowPostCopy: true }),
      expected: ['21100 post-copy'],
    },
    // 150 ms, and from iteration 3 on, at looks 10 s or more apart, trunc((900 - 150) / 7) = 107 more, up to 900.
    'kubevirt, downtime tuning': {
      policy: kubevirt({ downtimeTuning: {} }),
      expected: [
        ...['500 limit 150', '10539 limit 257', '20600 limit 364', '31051 limit 471', '41114 limit 578'],
        ...['51132 limit 685', '61216 limit 792', '71667 limit 899', '82107 limit 900'],
      ],
    },
    // The iteration of 2919 is 40 s old at 43 213: 255.6 >= 260.8 × 0.96, stalled. The least so far is 255.2 at 11 158, and
    // 255.6 <= 255.2 × 1.04: at once. At about 113 MiB/s that is 2.3 s, more than 1.5 × 900 ms.
    'kubevirt, stall detector': { policy: kubevirtStall(), expected: ['43213 abort'] },
    // 2.3 s are less than 1.5 × 2000 ms. It then has 60 s, which are not over at the end.
    'kubevirt, stall detector, 2 s of pause': {
      policy: kubevirtStall({ maxDowntimeMs: 2000 }),
      expected: ['43213 limit 2000'],
    },
    'kubevirt, stall detector, post-copy allowed': {
      policy: kubevirtStall({ allowPostCopy: true }),
      expected: ['43213 post-copy'],
    },
    'kubevirt, stall detector, disruption allowed': {
      policy: kubevirtStall({ allowWorkloadDisruption: true }),
      expected: ['43213 limit 2000000'],
    },
    // From 4938 on it looks at every reading, 0.5 s apart or at a sync: a setback for each iteration, two seconds apart. The first one is
    // seen at 5487, the sixth at 15 101, and each sixth after that doubles the limit again.
    proxmox: {
      policy: proxmox(),
      expected: [
        ...['15101 limit 200', '27076 limit 400', '39139 limit 800', '51651 limit 1600', '63768 limit 3200'],
        ...['75175 limit 6400', '87098 limit 12800'],
      ],
    },
  });
});
