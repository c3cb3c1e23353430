import type { Shape } from '../policy/shape.js';
import { amount, choice, count, flag, fraction, open } from './shape-parts.js';

const interval = (description: string): Shape =>
  open(description, {
    low: amount('One of twenty is less.'),
    expected: amount('The median.'),
    high: amount('One of twenty is more.'),
  });

const verdict = choice(
  'What becomes of it.',
  'converges',
  'converges-throttled',
  'only-post-copy',
  'not-within-budget',
);

/** What was forecast. */
export const forecast = open(
  'As `forecast()` gives it.',
  {
    verdict,
    confidence: fraction('The part of the simulated runs that came to the same verdict.'),
    ...{ passes: interval('True passes.'), sentBytes: interval('Memory that goes over the link.') },
    ...{ totalMs: interval('From start to end.'), pauseMs: interval('The time in which the guest runs nowhere.') },
    lostMs: interval('Guest work that the throttle takes.'),
  },
  ...(['confidence', 'passes', 'sentBytes', 'totalMs', 'pauseMs', 'lostMs'] as const),
);

const actual = {
  isCompleted: flag('The guest is on the destination.'),
  isPostCopy: flag('Post-copy was begun.'),
  isSuspended: flag('The guest was suspended to get it over.'),
  throttle: fraction('The largest fraction of CPU time that was taken.'),
  totalMs: amount('From start to end, without the time that the forecast took.'),
  passes: count('True passes.'),
  sentBytes: amount('Memory that went over the link.'),
  pauseMs: amount('The time in which the guest ran nowhere.'),
};

const forecastError = open(
  'How far the forecast was off, as fractions of what came; absent where the migration did not come to its own end.',
  {
    ...{ total: amount('Of the total time.'), bytes: amount('Of the memory sent.'), pause: amount('Of the pause.') },
    passes: amount('Of the passes: the difference.'),
    isVerdictRight: flag('Whether the verdict was right.'),
    verdict,
  },
  ...(['total', 'bytes', 'pause'] as const),
);

/** What came of it. */
export const forecastOutcome = open(
  'What came of the forecast, which has an entry of its own.',
  { actual: open('What came, as the forecast counts it.', actual, 'sentBytes', 'pauseMs'), error: forecastError },
  'error',
);
