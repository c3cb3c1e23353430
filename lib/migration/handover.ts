import { PrecopyError } from '../errors.js';
import { requireGuest, type Sides } from './connect.js';
import { withDeadline } from './deadline.js';
import type { HookRunner } from './hook-runner.js';

/**
 * Strict safety: the guest has arrived stopped, and runs only once the source is proven to have let go of it.
 *
 * @throws PrecopyError `ERR_PRECOPY_SOURCE_NOT_GONE`
 */
export async function resumeByProof(
  { source, destination }: Sides,
  uuid: string,
  hooks: HookRunner,
  callMs: number,
): Promise<void> {
  const here = await source.observe(uuid);
  if (here.seen !== 'absent') {
    const what =
      here.seen === 'present' ? `still has it (${here.state}, ${here.reason})` : `did not answer (${here.why})`;
    throw new PrecopyError(
      'ERR_PRECOPY_SOURCE_NOT_GONE',
      `The guest arrived and was not resumed, because the source ${what}`,
      { remedy: 'Make sure that the source cannot run it any more, then resume it on the destination.' },
    );
  }
  const domain = await requireGuest(destination, uuid);
  await hooks.run('beforeResume', { domain });
  await withDeadline(domain.resume(), callMs, 'Resuming the guest on the destination');
}
