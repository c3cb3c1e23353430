import { finding } from '../finding.js';
import type { Check } from './check.js';

/** What could not be found out is said, so that silence is never taken for consent. */
export const gaps: Check = ({ gaps: unanswered = [] }) =>
  unanswered.map(({ side, what, why, essential }) =>
    finding(
      essential ? 'unanswered' : 'not-checked',
      `The ${side} did not say ${what}: ${why}`,
      essential
        ? `Look whether the ${side} and its daemon are well, and try again.`
        : `Look at it on the ${side} by hand.`,
      side,
    ),
  );
