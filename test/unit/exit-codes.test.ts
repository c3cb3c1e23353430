import { test } from 'tap';
import { type Ending, exitCodeOf, exitCodeOfAbort } from '../../lib/cli/exit-codes.js';

const TOUCHED = [{ phase: 'connect' }, { phase: 'prepare' }, { phase: 'settle' }] as const;
const UNTOUCHED = [{ phase: 'connect' }, { phase: 'settle' }] as const;

/** What happened, its exit code for `migrate`, and for `abort`. */
const cases: [string, Ending, number, number][] = [
  [
    'the guest is on the destination',
    { mode: 'live', outcome: 'completed', owner: 'destination', phases: TOUCHED },
    0,
    1,
  ],
  ['it failed, and the guest stays', { mode: 'live', outcome: 'failed', owner: 'source', phases: TOUCHED }, 1, 1],
  ['a host was never reached', { mode: 'live', outcome: 'failed', owner: 'unknown', phases: UNTOUCHED }, 1, 1],
  ['it was cancelled', { mode: 'live', outcome: 'cancelled', owner: 'source', phases: TOUCHED }, 3, 0],
  ['a host fell silent', { mode: 'live', outcome: 'failed', owner: 'unknown', phases: TOUCHED }, 4, 4],
  ['both hosts run it', { mode: 'live', outcome: 'failed', owner: 'both', phases: TOUCHED }, 4, 4],
  ['it stands on the destination', { mode: 'quick', outcome: 'failed', owner: 'destination', phases: TOUCHED }, 4, 4],
  [
    'the definition of a guest that runs nowhere did not go over',
    { mode: 'offline', outcome: 'failed', owner: 'neither', phases: TOUCHED },
    1,
    1,
  ],
];

for (const [what, ending, code, codeOfAbort] of cases) {
  test(`${what}: exit code ${code}, and ${codeOfAbort} of an abort`, (t) => {
    t.same([exitCodeOf(ending), exitCodeOfAbort(ending)], [code, codeOfAbort]);
    t.end();
  });
}
