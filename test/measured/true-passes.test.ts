import { test } from 'tap';
import { type Guest, type Host, Lab } from '../../lib/lab/index.js';
import type { Domain } from '../../lib/libvirt/index.js';
import { migrate } from '../../lib/migration/index.js';
import { type Policy, virsh } from '../../lib/policy/index.js';
import { moveOptions } from '../lab/moving.js';

const MEBIBYTE = 1024 * 1024;

/** A long pass with many syncs in its middle, until the throttle tells, and then short ones, between which QEMU waits for the guest. */
const PASSES = 5;

/** Throttles hard from the start, as QEMU's own steps take two minutes to the same end; nor is the guest to be stopped in the short passes. */
const throttling: Policy = {
  ...virsh(),
  settings: () => ({
    downtimeLimitMs: 1,
    postCopy: false,
    autoConverge: { initial: 0.8, increment: 0.19 },
    notes: [],
  }),
};

/** QEMU's own trace points, in its log: what ends a pass, and the sync that it makes in mid-pass while it throttles. */
const END_OF_PASS = 'migrate_pending_exact';
const SYNC_IN_MID_PASS = 'cpu_throttle_dirty_sync';

async function qmp(domain: Domain, execute: string, args: object = {}): Promise<unknown> {
  const answer: unknown = JSON.parse(await domain.qemuMonitorCommand(JSON.stringify({ execute, arguments: args })));
  return Reflect.get(Object(answer), 'return');
}

/** How often QEMU has synchronised its dirty bitmap, by its monitor. */
async function syncsOf(domain: Domain): Promise<number> {
  const ram: unknown = Reflect.get(Object(await qmp(domain, 'query-migrate')), 'ram');
  return Number(Reflect.get(Object(ram), 'dirty-sync-count'));
}

/** How often the guest's QEMU came to a trace point. */
async function countIn(host: Host, guest: Guest, point: string): Promise<number> {
  const { stdout } = await host.exec(['cat', `/var/log/libvirt/qemu/${guest.name}.log`]);
  return stdout.split('\n').filter((line) => line.includes(`${point} `)).length;
}

test("with auto-converge on, the engine's passes are those of QEMU, and not its syncs", async (t) => {
  await using lab = await Lab.start({ link: { bitsPerSecond: 0.5e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];
  // A pass takes 12 s: QEMU looks every five seconds, and synchronises in mid-pass where there was no sync from one look to the next.
  const guest = await lab.startGuest({
    ...{ kind: 'linux', name: 'restless', memoryBytes: 1024 * MEBIBYTE },
    workload: { name: 'hot', setBytes: 704 * MEBIBYTE },
  });
  await guest.heartbeats.waitForFirst();
  await using connection = await a.connect({ allowMonitorCommand: true });
  const domain = await connection.domainLookupByName(guest.name);
  const log = `log trace:${END_OF_PASS},trace:${SYNC_IN_MID_PASS}`;
  await qmp(domain, 'human-monitor-command', { 'command-line': log });

  const migration = migrate({ ...moveOptions(guest.name, a, b), policy: throttling });
  const passes: number[] = [];
  let syncs = 0;
  let throttle = 0;
  migration.on('sample', (sample) => {
    throttle = Math.max(throttle, sample.throttle);
  });
  migration.on('pass', async ({ pass }) => {
    passes.push(pass);
    if (pass < PASSES) return;
    try {
      syncs = await syncsOf(domain);
    } finally {
      migration.abort('enough was seen');
    }
  });
  const result = await migration.outcome;
  t.match(result, { outcome: 'cancelled', owner: 'source', passes: PASSES });
  t.same(
    passes,
    Array.from({ length: PASSES }, (_, index) => index + 1),
  );

  const ends = await countIn(a, guest, END_OF_PASS);
  const extra = await countIn(a, guest, SYNC_IN_MID_PASS);
  t.comment(`passes ${passes.length}, QEMU: ${ends} ends of passes, ${extra} syncs in mid-pass, ${syncs} syncs in all`);
  t.ok(throttle > 0, 'QEMU throttled the guest');
  t.ok(extra > 0, 'and synchronised in mid-pass');
  t.equal(ends, passes.length - 1, 'each pass that the engine saw end is one that QEMU ended');
  t.ok(syncs > passes.length, 'its count of syncs would have said otherwise');
});
