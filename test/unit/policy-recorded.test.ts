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
