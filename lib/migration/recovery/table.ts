import type { Owner } from '../ownership.js';
import type { ActionName } from './actions.js';
import { type Look, STANDINGS, type Standing, standingOf } from './standing.js';

/** What has become of a migration. */
export type Verdict =
  /** It goes on, or is just being put away: nobody has to do anything but wait. */
  | 'under-way'
  /** The guest is on the source as if nothing had been. */
  | 'rolled-back'
  /** The source runs it, and the destination waits for memory that will never come. */
  | 'orphan'
  /** It stands still on both hosts, and the handover never took place. */
  | 'interrupted'
  | 'completed'
  /** Both hosts run it, or have run it since they parted. */
  | 'split-brain'
  /** No host has it. */
  | 'lost'
  /** What is seen does not prove who owns it. */
  | 'indeterminate';

export interface Row {
  readonly source: readonly Standing[];
  readonly destination: readonly Standing[];
  /** Only for looks that know this; both when it is left out. */
  readonly destinationRan?: boolean;
  readonly verdict: Verdict;
  /** Who has the guest before anything is done. */
  readonly owner: Owner;
  /** What is done, in this order, each after another look. */
  readonly actions: readonly ActionName[];
  /** What happened, for people. */
  readonly says: string;
  /** What a person does, where the actions do not settle it. */
  readonly remedy?: string;
}

const FENCE =
  'Fence the host that does not answer (prove that it is off, or bring its daemon back), then call resolve() again; start or resume the guest nowhere before.';
const PERSON =
  'A person has to decide which one is the real one: neither may be resumed or destroyed before its data was looked at.';
const FOLLOW = 'Call adopt() to follow it to its end, or to abort it; or resolve() again later.';
const EXCHANGE = 'Call resolve() with source and destination exchanged.';
const BOTH_HALVES =
  'Destroy neither: each host has a part of the memory. Let libvirt recover it (VIR_MIGRATE_POSTCOPY_RESUME).';

const except = (...left: Standing[]): Standing[] => STANDINGS.filter((standing) => !left.includes(standing));

const answering = except('unreachable');
/** What says something by itself and lasts. */
const settled = except('unreachable', 'unclear', 'busy');
const postCopy: Standing[] = ['post-copy', 'post-copy-failed'];
const gone: Standing[] = ['absent', 'ended'];
/** vCPUs execute on the host. */
const executing: Standing[] = ['running', 'migrating', 'starting'];
/** Seen on the source: a migration in the other direction. */
const arriving: Standing[] = ['receiving', 'starting'];
/** Stopped on the source by something that is no migration. */
const heldBack: Standing[] = ['paused', 'halted'];
/** There on the destination, without having run as far as can be seen. */
const waiting: Standing[] = ['receiving', 'paused', 'stopped'];
const settledButPostCopy = settled.filter((standing) => !postCopy.includes(standing));

/**
 * What to do after a fault, by how the guest stands on the source and on the destination. Every combination has exactly one row.
 *
 * No row resumes a guest unless the other host answers and does not have it; none destroys the only one, or one that may be the newer.
 */
export const RECOVERY_TABLE: readonly Row[] = [
  // A host that cannot be asked.
  {
    ...{ source: STANDINGS, destination: ['unreachable'], verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'The destination does not answer, and the guest may run there.',
    remedy: FENCE,
  },
  {
    ...{ source: ['unreachable'], destination: answering, verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'The source does not answer, and the guest may run there.',
    remedy: FENCE,
  },
  // What says nothing yet, or nothing at all.
  {
    ...{ source: ['unclear'], destination: answering, verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'The state of the guest on the source does not tell whether it is whole.',
    remedy: PERSON,
  },
  {
    ...{ source: except('unreachable', 'unclear'), destination: ['unclear'], actions: [] },
    ...{ verdict: 'indeterminate', owner: 'unknown' },
    says: 'The state of the guest on the destination does not tell whether it is whole.',
    remedy: PERSON,
  },
  {
    ...{ source: ['busy'], destination: except('unreachable', 'unclear'), verdict: 'under-way', owner: 'unknown' },
    actions: ['wait'],
    says: 'The guest on the source is being shut down, or a job has it that is no migration or does not answer.',
    remedy:
      'Call adopt() to abort it if it is a migration that hangs; wait for its end otherwise. Then call resolve() again.',
  },
  {
    ...{ source: settled, destination: ['busy'], verdict: 'under-way', owner: 'unknown', actions: ['wait'] },
    says: 'The guest on the destination is being shut down, or another job has it.',
    remedy: 'End that job, then call resolve() again.',
  },
  // Both run it.
  {
    ...{ source: executing, destination: executing, verdict: 'split-brain', owner: 'both' },
    actions: ['suspend-source', 'suspend-destination'],
    says: 'The guest runs on both hosts: a reply was lost, and each took the other for dead.',
    remedy: PERSON,
  },
  {
    ...{ source: ['running'], destination: waiting, destinationRan: true, verdict: 'split-brain', owner: 'source' },
    actions: ['suspend-source'],
    says: 'The guest runs on the source, and it has run on the destination, where it is stopped now.',
    remedy: PERSON,
  },
  {
    ...{ source: ['running', 'migrating'], destination: ['halted'], verdict: 'split-brain', owner: 'source' },
    actions: [],
    says: 'The guest runs on the source, and it has run on the destination until it came to grief there.',
    remedy: PERSON,
  },
  // The other direction.
  {
    ...{ source: arriving, destination: ['stopping', 'stopped', 'paused', 'halted', ...gone], actions: [] },
    ...{ verdict: 'under-way', owner: 'unknown' },
    says: 'The guest is arriving at the source: this is a migration in the other direction.',
    remedy: EXCHANGE,
  },
  {
    ...{ source: ['receiving'], destination: executing, verdict: 'under-way', owner: 'destination', actions: [] },
    says: 'The guest runs on the destination and is arriving at the source: this is a migration in the other direction.',
    remedy: EXCHANGE,
  },
  {
    ...{ source: arriving, destination: ['receiving'], verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'The guest is arriving at both hosts, so it comes from a third one.',
    remedy: 'Call resolve() with the host that it comes from as the source.',
  },
  // A job on the source: somebody is at it.
  {
    ...{ source: ['migrating'], destination: [...waiting, 'stopping', ...gone], actions: ['wait'] },
    ...{ verdict: 'under-way', owner: 'source' },
    says: 'The guest runs on the source and is being sent.',
    remedy: FOLLOW,
  },
  {
    ...{ source: ['stopping'], destination: [...waiting, 'stopping', 'halted', ...gone], actions: ['wait'] },
    ...{ verdict: 'under-way', owner: 'unknown' },
    says: 'The guest is stopped, and its job is not over: the last of it is being sent, or a failure is being undone.',
    remedy: FOLLOW,
  },
  {
    ...{ source: ['stopping'], destination: executing, verdict: 'under-way', owner: 'destination', actions: ['wait'] },
    says: 'The guest runs on the destination, and the source is about to let go of it.',
    remedy: FOLLOW,
  },
  // The source runs it, nobody sends it.
  {
    ...{ source: ['running'], destination: gone, verdict: 'rolled-back', owner: 'source', actions: [] },
    says: 'The guest runs on the source, and the destination has nothing of it.',
  },
  {
    ...{ source: ['running'], destination: ['receiving'], destinationRan: false, verdict: 'orphan', owner: 'source' },
    actions: ['wait', 'destroy-destination'],
    says: 'The guest runs on the source, and the destination waits for memory that nobody sends.',
  },
  {
    ...{
      source: ['running'],
      destination: ['paused', 'stopped'],
      destinationRan: false,
      actions: ['destroy-destination'],
    },
    ...{ verdict: 'rolled-back', owner: 'source' },
    says: 'The guest runs on the source, and a copy that never ran stands on the destination.',
  },
  {
    ...{ source: ['running', ...heldBack, 'stopped'], destination: ['stopping'], actions: [] },
    ...{ verdict: 'indeterminate', owner: 'unknown' },
    says: 'The destination is sending the guest on while it is stopped there.',
    remedy: 'Follow the migration that leaves the destination first.',
  },
  // Stopped on the source by a migration that is over.
  {
    ...{ source: ['stopped'], destination: ['running', 'migrating'], actions: ['destroy-source'] },
    ...{ verdict: 'completed', owner: 'destination' },
    says: 'The guest runs on the destination, and what stands on the source was not told so.',
  },
  {
    ...{ source: ['stopped', ...heldBack], destination: ['starting'], verdict: 'under-way', owner: 'destination' },
    actions: ['wait'],
    says: 'The destination has just started the guest and is about to say so.',
    remedy: FOLLOW,
  },
  {
    ...{ source: ['stopped'], destination: ['paused'], actions: ['destroy-source', 'resume-destination'] },
    ...{ verdict: 'completed', owner: 'destination' },
    says: 'The guest has arrived whole and stopped on the destination, and the source was not told so.',
  },
  {
    ...{ source: ['stopped'], destination: ['halted'], verdict: 'completed', owner: 'destination', actions: [] },
    says: 'The guest ran on the destination until it came to grief there.',
    remedy:
      'Mend what stopped it and resume it on the destination; destroy what stands on the source, never resume it.',
  },
  {
    ...{ source: ['stopped'], destination: ['receiving'], destinationRan: false, owner: 'unknown' },
    ...{ verdict: 'interrupted', actions: ['wait', 'destroy-destination', 'resume-source'] },
    says: 'The guest stands still on both hosts: the destination never heard that it should start.',
  },
  {
    ...{ source: ['stopped'], destination: ['absent'], destinationRan: false, verdict: 'rolled-back', owner: 'source' },
    actions: ['resume-source'],
    says: 'The guest is stopped on the source, and the destination, which answers, has nothing of it.',
  },
  {
    ...{ source: ['stopped'], destination: ['absent', 'receiving'], destinationRan: true, owner: 'unknown' },
    ...{ verdict: 'indeterminate', actions: [] },
    says: 'The guest has run on the destination and does not any more; what the source holds is older than its disks.',
    remedy: 'Start the guest anew from its storage; what stands on the source must not be resumed.',
  },
  {
    ...{ source: ['stopped'], destination: ['ended'], verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'The guest is shut off on the destination after it ran; whether that was before this migration is not known.',
    remedy: 'If it ran there in this migration, start it there; otherwise resume it on the source.',
  },
  {
    ...{ source: ['stopped', ...heldBack], destination: ['stopped'], actions: [] },
    ...{ verdict: 'indeterminate', owner: 'unknown' },
    says: 'The guest is stopped on both hosts, and no job is left that could say where it is whole.',
    remedy: PERSON,
  },
  // Stopped on the source for reasons of its own.
  {
    ...{ source: heldBack, destination: gone, verdict: 'rolled-back', owner: 'source', actions: [] },
    says: 'The guest is on the source, stopped by somebody or something else than a migration.',
  },
  {
    ...{ source: heldBack, destination: ['receiving'], destinationRan: false, verdict: 'orphan', owner: 'source' },
    actions: ['wait', 'destroy-destination'],
    says: 'The guest stands on the source, and the destination waits for memory that nobody sends.',
  },
  {
    ...{ source: heldBack, destination: ['receiving'], destinationRan: true, actions: [] },
    ...{ verdict: 'indeterminate', owner: 'unknown' },
    says: 'The guest has run on the destination, which is receiving it once more.',
    remedy: PERSON,
  },
  {
    ...{ source: heldBack, destination: ['running', 'migrating'], actions: [] },
    ...{ verdict: 'indeterminate', owner: 'destination' },
    says: 'The guest runs on the destination; on the source somebody paused it, before the switchover or after both had run.',
    remedy: 'Never resume it on the source; destroy it there once it is sure that it did not run after the switchover.',
  },
  {
    ...{ source: heldBack, destination: ['paused', 'halted'], verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'The guest is stopped on both hosts by somebody: after a split brain, or because it was paused before it was moved.',
    remedy: PERSON,
  },
  // Gone from the source.
  {
    ...{ source: gone, destination: ['running', 'migrating', 'stopping'], actions: [] },
    ...{ verdict: 'completed', owner: 'destination' },
    says: 'The guest is on the destination, and the source has let go of it.',
  },
  {
    ...{ source: gone, destination: ['starting'], verdict: 'under-way', owner: 'destination', actions: ['wait'] },
    says: 'The destination has just started the guest, and the source has let go of it.',
    remedy: FOLLOW,
  },
  {
    ...{ source: gone, destination: ['paused'], actions: ['resume-destination'] },
    ...{ verdict: 'completed', owner: 'destination' },
    says: 'The guest has arrived whole and stopped on the destination, and the source has let go of it.',
  },
  {
    ...{ source: gone, destination: ['halted'], verdict: 'completed', owner: 'destination', actions: [] },
    says: 'The guest is on the destination, where it ran until it came to grief.',
    remedy: 'Mend what stopped it and resume it on the destination.',
  },
  {
    ...{ source: gone, destination: ['stopped'], verdict: 'indeterminate', owner: 'destination', actions: [] },
    says: 'All that is left of the guest stands on the destination, and it is not proven that its memory is whole.',
    remedy: 'Look into it there: resume it if it is whole, otherwise start it anew from its storage.',
  },
  {
    ...{ source: gone, destination: ['receiving'], verdict: 'lost', owner: 'neither', actions: ['wait'] },
    says: 'The guest is gone from the source, and the destination waits for memory that nobody sends.',
    remedy: 'Destroy what waits on the destination and start the guest anew from its storage.',
  },
  {
    ...{ source: gone, destination: gone, verdict: 'lost', owner: 'neither', actions: [] },
    says: 'Neither host runs the guest.',
    remedy: 'Check its name; if it was not shut down, start it anew from its storage.',
  },
  // Post-copy: the memory is on two hosts.
  {
    ...{ source: ['post-copy'], destination: ['post-copy', 'running', ...arriving], actions: ['wait'] },
    ...{ verdict: 'under-way', owner: 'destination' },
    says: 'The guest runs on the destination and fetches the rest of its memory from the source.',
    remedy: FOLLOW,
  },
  {
    ...{
      source: ['post-copy'],
      destination: settled.filter((there) => !['post-copy', 'running', ...arriving].includes(there)),
    },
    ...{ verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'Post-copy does not go on: the destination does not fetch what the source still has.',
    remedy: BOTH_HALVES,
  },
  {
    ...{ source: ['post-copy-failed'], destination: settled, verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'Post-copy broke off, and a part of the memory is on either host.',
    remedy: BOTH_HALVES,
  },
  {
    ...{ source: settledButPostCopy, destination: postCopy, verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'The destination is in post-copy, and the source is not.',
    remedy: BOTH_HALVES,
  },
];

/** The rows for a pair of standings: one, always. Exported so that a test can count. */
export function rowsFor(source: Standing, destination: Standing, destinationRan: boolean): Row[] {
  return RECOVERY_TABLE.filter(
    (row) =>
      row.source.includes(source) &&
      row.destination.includes(destination) &&
      (row.destinationRan ?? destinationRan) === destinationRan,
  );
}

/**
 * The row for what was seen. Pure.
 *
 * @example A guest that stands `paused (migration)` without a job on the source and runs on the destination: completed, and what is left
 *   on the source is destroyed.
 */
export function judge({ source, destination, destinationRan }: Look): Row {
  const [row] = rowsFor(standingOf(source), standingOf(destination), destinationRan);
  if (row === undefined) throw new TypeError('The recovery table has a row for every pair of standings.');
  return row;
}

/** Somebody is still at it; a migration in the other direction is under way too, but not to be waited for. Pure. */
export function isUnderWay({ verdict, actions }: Row): boolean {
  return verdict === 'under-way' && actions.includes('wait');
}
