import { FOLLOW } from '../remedies.js';
import type { Row } from '../row.js';
import { gone } from '../standing-groups.js';

/** Gone from the source. */
export const GONE: readonly Row[] = [
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
];
