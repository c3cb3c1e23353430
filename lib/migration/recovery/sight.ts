import { type Domain, type JobStats, LibvirtError } from '../../libvirt/index.js';
import { withDeadline } from '../deadline.js';
import type { Side } from '../side.js';
import type { Job, Sight } from './standing.js';

/** So often a host is asked again when the state changes while the job is asked for. */
const MOST_TRIES = 5;

const JOBS: Readonly<Record<string, Job>> = { migrationOut: 'outgoing', migrationIn: 'incoming' };

/**
 * What the job is on a host that has the guest.
 *
 * libvirt refuses the statistics of an incoming migration on the destination, and by that it is known. A call that does not come back in
 * time has another one before it.
 *
 * libvirt: virDomainGetJobStats.
 */
export async function jobOf(domain: Domain, callMs: number): Promise<Job> {
  let stats: JobStats;
  try {
    stats = await withDeadline(domain.getJobStats(0), callMs, "Asking for the guest's job");
  } catch (error) {
    if (!(error instanceof LibvirtError)) return 'other';
    if (error.code === 'VIR_ERR_NO_DOMAIN') throw error;
    return error.code === 'VIR_ERR_OPERATION_UNSUPPORTED' ? 'incoming' : 'other';
  }
  return stats.type === 'none' ? 'none' : (JOBS[stats.operation ?? ''] ?? 'other');
}

/** What a host shows of a guest; never throws, since not to know is an answer too. libvirt: virDomainGetState, virDomainGetJobStats. */
export async function sightOf(side: Side, nameOrUuid: string, callMs: number): Promise<Sight> {
  try {
    const domain = await side.findDomain(nameOrUuid);
    if (domain === undefined) return { seen: 'absent' };
    for (let tries = 1; ; tries += 1) {
      const before = await stateOf(domain, side, callMs);
      if (before.state === 'shutoff') return { seen: 'shutoff', reason: before.reason };
      const job = await jobOf(domain, callMs);
      const { state, reason } = await stateOf(domain, side, callMs);
      const isSteady = state === before.state && reason === before.reason;
      if (isSteady || tries === MOST_TRIES) return { seen: 'present', state, reason, job: isSteady ? job : 'other' };
    }
  } catch (error) {
    if (error instanceof LibvirtError && error.code === 'VIR_ERR_NO_DOMAIN') return { seen: 'absent' };
    return { seen: 'unreachable', why: error instanceof Error ? error.message : String(error) };
  }
}

function stateOf(domain: Domain, side: Side, callMs: number) {
  return withDeadline(domain.getState(), callMs, `Asking the ${side.role} for the guest's state`);
}
