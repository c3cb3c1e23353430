import type { Row } from '../row.js';
import { gone, heldBack } from '../standing-groups.js';

/** The source runs the guest, and nobody sends it. */
export const RUNNING: readonly Row[] = [
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
];
