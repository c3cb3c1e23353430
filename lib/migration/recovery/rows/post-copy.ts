import { BOTH_HALVES, FOLLOW } from '../remedies.js';
import type { Row } from '../row.js';
import { arriving, postCopy, settled, settledButPostCopy } from '../standing-groups.js';

/** Post-copy: the memory is on two hosts. */
export const POST_COPY: readonly Row[] = [
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
