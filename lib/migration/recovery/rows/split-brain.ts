import { PERSON } from '../remedies.js';
import type { Row } from '../row.js';
import { executing, waiting } from '../standing-groups.js';

/** Both hosts run the guest, or have run it since they parted. */
export const SPLIT_BRAIN: readonly Row[] = [
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
];
