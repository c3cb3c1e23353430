import { EXCHANGE, FOLLOW } from '../remedies.js';
import type { Row } from '../row.js';
import { arriving, executing, gone, waiting } from '../standing-groups.js';

/** Somebody is at it: a migration in the other direction, or a job on the source. */
export const UNDER_WAY: readonly Row[] = [
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
];
