import type { Owner } from '../ownership.js';
import type { ActionName } from './actions.js';
import type { Standing } from './standing.js';

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

/** Somebody is still at it; a migration in the other direction is under way too, but not to be waited for. Pure. */
export function isUnderWay({ verdict, actions }: Row): boolean {
  return verdict === 'under-way' && actions.includes('wait');
}
