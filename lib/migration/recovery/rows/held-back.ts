import { PERSON } from '../remedies.js';
import type { Row } from '../row.js';
import { gone, heldBack } from '../standing-groups.js';

/** Stopped on the source for reasons of its own. */
export const HELD_BACK: readonly Row[] = [
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
];
