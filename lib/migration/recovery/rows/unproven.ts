import { FENCE, PERSON } from '../remedies.js';
import type { Row } from '../row.js';
import { STANDINGS } from '../standing.js';
import { answering, except, settled } from '../standing-groups.js';

/** What cannot be asked, or does not say yet, or does not say at all. */
export const UNPROVEN: readonly Row[] = [
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
];
