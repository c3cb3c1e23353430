/**
 * Who owns the guest: decided from what was seen on both hosts, and from nothing else. A return code, an event or a job's statistics
 * may all be lost or lie (a lost Finish reply makes libvirt report a failure while the guest runs on the destination).
 */
export type Owner = 'source' | 'destination' | 'both' | 'neither' | 'unknown';

/** Where a guest is: with an owner, or saved in a file. */
export type Place = Owner | 'file';

/** What one host said of the guest when it was asked. */
export type SideView =
  /** The host has no active domain of this UUID; a definition that is not running counts as absent. */
  | { seen: 'absent' }
  /** The host has it, in libvirt's words: state `running`, `paused`, …; reason `booted`, `migration`, `post-copy`, …. */
  | { seen: 'present'; state: string; reason: string }
  /** The host did not answer in time, or the connection is gone. */
  | { seen: 'unreachable'; why: string };

/** The evidence on which an owner is named. */
export interface Evidence {
  source: SideView;
  destination: SideView;
}

/** States in which vCPUs execute, or could at any moment without anybody's doing. */
const RUNNING_STATES = new Set(['running', 'blocked', 'pmsuspended']);

type Standing = 'running' | 'stopped' | 'absent' | 'unreachable';

function standingOf(view: SideView): Standing {
  if (view.seen !== 'present') return view.seen;
  return RUNNING_STATES.has(view.state) ? 'running' : 'stopped';
}

/**
 * The owner for each pair of standings, source first. A guest that is stopped on both sides has no provable owner: either could be
 * the one whose memory is whole. A side that cannot be asked makes every claim about the other unprovable.
 */
const OWNERS: Record<Standing, Record<Standing, Owner>> = {
  running: { running: 'both', stopped: 'source', absent: 'source', unreachable: 'unknown' },
  stopped: { running: 'destination', stopped: 'unknown', absent: 'source', unreachable: 'unknown' },
  absent: { running: 'destination', stopped: 'destination', absent: 'neither', unreachable: 'unknown' },
  unreachable: { running: 'unknown', stopped: 'unknown', absent: 'unknown', unreachable: 'unknown' },
};

/** Names the owner from the evidence. Pure. */
export function ownerOf({ source, destination }: Evidence): Owner {
  return OWNERS[standingOf(source)][standingOf(destination)];
}

/** True when nothing is left to wait for: the guest is on one side, and the other has let go of it. */
export function isConclusive({ source, destination }: Evidence): boolean {
  const standings = [standingOf(source), standingOf(destination)];
  return standings.includes('absent') && standings.some((standing) => standing === 'running' || standing === 'stopped');
}

/** True when the guest executes on the side that owns it. */
export function isRunningOn(evidence: Evidence, side: 'source' | 'destination'): boolean {
  return standingOf(evidence[side]) === 'running';
}

/** What a person does next when the outcome is not the wanted one; one sentence for each owner. */
export const REMEDIES: Record<Owner, string> = {
  source: 'The guest is on the source as before; mend the cause and migrate again.',
  destination:
    'The guest is on the destination and stands still there: call resolve(), which resumes it once the source has let go of it.',
  both: 'The guest runs on both hosts: pause both at once, then decide by hand which one has the newer data.',
  neither: 'No host has the guest: start it anew from its storage once both hosts are known to be free of it.',
  unknown:
    'It cannot be proven which host has the guest: do not start or resume it anywhere before both hosts were asked or fenced.',
};
