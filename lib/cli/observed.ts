import { Lab } from '../lab/index.js';
import type { GuestObserver } from '../migration/index.js';

/**
 * Does some work while a lab's guest is listened to from outside of its hosts; without a lab nobody listens.
 *
 * @throws LabError when there is no such lab or guest, or another process listens already; GuestError when the guest is silent
 */
export async function observed<T>(
  labName: string | undefined,
  domain: string,
  work: (observer: GuestObserver | undefined) => Promise<T>,
): Promise<T> {
  if (labName === undefined) return work(undefined);
  const lab = await Lab.attach(labName);
  try {
    await lab.probe;
    const { heartbeats } = await lab.guest(domain);
    await heartbeats.waitForFirst();
    return await work(heartbeats);
  } finally {
    await lab.detach();
  }
}
