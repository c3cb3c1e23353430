import { test } from 'tap';
import { Steering } from '../../lib/migration/steering.js';
import { policyByName } from '../../lib/policy/index.js';

const LINK_BYTES_PER_MS = 85_000;
const LIMITS = { downtimeLimitMs: 300, bandwidthBytesPerSecond: undefined, postCopyActive: false, paused: false };

/** What is known of the link after passes of 0.3 s, after each of which QEMU waits for the guest's processors. */
function linkAfter(waitMs: number): number {
  const steering = new Steering({
    ...{ policy: policyByName('qemu'), budget: {}, escalate: [], fixedPauseMs: 20, looks: 'unknown' },
    can: { throttle: false, autoConverge: false, postCopy: false },
  });
  let [atMs, memoryIteration, memoryProcessedBytes] = [0, 1, 0];
  const see = (memoryRemainingBytes: number) =>
    steering.look(
      {
        ...{ type: 'unbounded', memoryIteration, memoryProcessedBytes, memoryRemainingBytes },
        autoConvergeThrottlePercent: 99,
      },
      atMs,
      LIMITS,
      true,
    );
  see(1e9);
  for (let pass = 0; pass < 10; pass++) {
    for (let leftMs = 200; leftMs >= 0; leftMs -= 100) {
      atMs += 100;
      memoryProcessedBytes += 100 * LINK_BYTES_PER_MS;
      see(leftMs * LINK_BYTES_PER_MS);
    }
    memoryIteration += 1;
    see(300 * LINK_BYTES_PER_MS);
    for (let waitedMs = 0; waitedMs < waitMs; waitedMs += 100) {
      atMs += 100;
      see(300 * LINK_BYTES_PER_MS);
    }
  }
  return (steering.linkBytesPerSecond ?? 0) / 1000;
}

test('the link is no slower because QEMU waits for a throttled guest after each sync', (t) => {
  t.equal(linkAfter(0), LINK_BYTES_PER_MS);
  t.equal(linkAfter(800), LINK_BYTES_PER_MS);
  t.ok(linkAfter(3000) < LINK_BYTES_PER_MS, 'a link that is dead for so long is');
  t.end();
});
