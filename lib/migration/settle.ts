import type { Sides } from './connect.js';
import { type Evidence, isConclusive } from './ownership.js';
import { sleep } from './sampler.js';

/** How often both hosts are asked again while they have not let go of the guest yet, in milliseconds. */
const INTERVAL_MS = 50;

const UNASKED = { seen: 'unreachable', why: 'it was not asked for the guest' } as const;

/** What is known where a run ended before there was anybody, or anything, to ask about. */
export const NO_EVIDENCE: Evidence = { source: UNASKED, destination: UNASKED };

/** Asks both hosts until the guest is on one of them and the other has let go, or the time is up. */
export async function settle({ source, destination }: Sides, uuid: string, settleMs: number): Promise<Evidence> {
  const giveUpAt = performance.now() + settleMs;
  for (;;) {
    const [here, there] = await Promise.all([source.observe(uuid), destination.observe(uuid)]);
    const evidence = { source: here, destination: there };
    if (isConclusive(evidence) || performance.now() >= giveUpAt) return evidence;
    await sleep(INTERVAL_MS);
  }
}
