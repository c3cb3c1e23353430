/** What is going on with a guest beside its state, as far as a migration is concerned. */
export type Job = 'none' | 'outgoing' | 'incoming' | 'other';

/** What one host showed when it was looked at: libvirt's words, and the job. */
export type Sight =
  /** The host answers and has nothing of this UUID. */
  | { readonly seen: 'absent' }
  /** It is defined there and does not run; the reason is libvirt's for how it ended, `unknown` after a restart of the daemon. */
  | { readonly seen: 'shutoff'; readonly reason: string }
  | { readonly seen: 'present'; readonly state: string; readonly reason: string; readonly job: Job }
  /** The host did not answer in time, or the connection is gone. */
  | { readonly seen: 'unreachable'; readonly why: string };

/** How the guest stands on one host, in the terms of the recovery table. */
export const STANDINGS = [
  /** Runs, and no migration has to do with it. */
  'running',
  /** Runs, and is being sent. */
  'migrating',
  /** Stopped, and is being sent: stop-and-copy, or suspended under way. */
  'stopping',
  /** Stopped by a migration, or by libvirt after an error, and no job is left. */
  'stopped',
  /** Stopped by somebody: with VIR_MIGRATE_PAUSED that is how it arrives. No job. */
  'paused',
  /** Stopped because it ran and came to grief: an I/O error, a watchdog, a crash, a snapshot. No job. */
  'halted',
  /** Its memory is coming in; it has not run here. */
  'receiving',
  /** Runs, and the incoming job is not put away yet: Finish is being carried out. */
  'starting',
  'post-copy',
  /** Post-copy broke: a part of the memory is on either host. */
  'post-copy-failed',
  /** Another job has it, or it is being shut down: this passes. */
  'busy',
  /** Defined, not running, and known to have run and ended. */
  'ended',
  'absent',
  'unreachable',
  /** A state that says nothing: crashed, none, or one of a newer libvirt. */
  'unclear',
] as const;

export type Standing = (typeof STANDINGS)[number];

/** Why a domain is shut off when it ran before. After a failed arrival it is `failed`, after a restart of the daemon `unknown`. */
const ENDINGS: ReadonlySet<string> = new Set(['shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'fromSnapshot']);

/** States in which vCPUs execute, or could at any moment without anybody's doing. */
const RUNNING: Readonly<Record<Job, Standing>> = {
  none: 'running',
  outgoing: 'migrating',
  incoming: 'starting',
  other: 'busy',
};

const PAUSED: Readonly<Record<Job, Standing>> = {
  none: 'halted',
  outgoing: 'stopping',
  incoming: 'receiving',
  other: 'busy',
};

/** Reasons of a pause without a job that do not mean that the guest came to grief. */
const QUIET_PAUSES: Readonly<Record<string, Standing>> = {
  migration: 'stopped',
  apiError: 'stopped',
  user: 'paused',
  startingUp: 'busy',
  unknown: 'unclear',
};

const POST_COPY: Readonly<Record<string, Standing>> = { postcopy: 'post-copy', postcopyFailed: 'post-copy-failed' };

const BY_STATE: Readonly<Record<string, (job: Job, reason: string) => Standing>> = {
  running: (job) => RUNNING[job],
  blocked: (job) => RUNNING[job],
  pmsuspended: (job) => RUNNING[job],
  paused: (job, reason) => (job === 'none' ? (QUIET_PAUSES[reason] ?? PAUSED.none) : PAUSED[job]),
  shutdown: () => 'busy',
};

/**
 * Names the standing of what was seen. Pure.
 *
 * @example `{ state: 'paused', reason: 'migration', job: 'none' }` is `stopped`; with the job `outgoing` it is `stopping`.
 */
export function standingOf(sight: Sight): Standing {
  switch (sight.seen) {
    case 'absent':
    case 'unreachable':
      return sight.seen;
    case 'shutoff':
      return ENDINGS.has(sight.reason) ? 'ended' : 'absent';
    case 'present':
      return POST_COPY[sight.reason] ?? BY_STATE[sight.state]?.(sight.job, sight.reason) ?? 'unclear';
  }
}

/** One look at both hosts. */
export interface Look {
  readonly source: Sight;
  readonly destination: Sight;
  /**
   * That the guest has run on the destination, if only for a moment, is known: it was seen to resume there, by a journal or while
   * waiting. Then what the source holds is the past, however whole it looks.
   */
  readonly destinationRan: boolean;
}
