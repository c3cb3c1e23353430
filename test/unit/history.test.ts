import { test } from 'tap';
import { guestHistoryOf, historyOf, type Lesson, learnFrom } from '../../lib/migration/history.js';

const lesson: Lesson = {
  ...{ linkBytesPerSecond: 118e6, fixedPauseMs: 40, postCopyPauseMs: undefined, overheadMs: 600 },
  ...{ usedBytes: 3e8, wasBusy: false, passes: [] },
};

test('before the first move nothing is known', (t) => {
  t.equal(historyOf('a', 'nowhere', 'guest'), undefined);
  t.equal(guestHistoryOf('stranger'), undefined);
  t.end();
});

test('one move that went wrong is outvoted, and one that says nothing of a stop changes nothing of it', (t) => {
  for (const fixedPauseMs of [40, 42, 2300, 41]) learnFrom('a', 'b', 'guest', { ...lesson, fixedPauseMs });
  t.equal(historyOf('a', 'b', 'guest')?.fixedPauseMs, 41.5);
  learnFrom('a', 'b', 'guest', { ...lesson, fixedPauseMs: undefined, postCopyPauseMs: 12 });
  t.match(historyOf('a', 'b', 'guest'), { fixedPauseMs: 41.5, postCopyPauseMs: 12 });
  t.end();
});

test('what a stop costs is learnt of each guest for itself, and of others only where it has shown nothing', (t) => {
  learnFrom('a', 'c', 'busy', { ...lesson, fixedPauseMs: 48 });
  t.equal(historyOf('a', 'c', 'idle')?.fixedPauseMs, 48);
  learnFrom('a', 'c', 'idle', { ...lesson, fixedPauseMs: 14 });
  t.equal(historyOf('a', 'c', 'idle')?.fixedPauseMs, 14);
  t.equal(historyOf('a', 'c', 'busy')?.fixedPauseMs, 48);
  t.end();
});

test('a move that does not say how much memory is used leaves what was known', (t) => {
  learnFrom('a', 'd', 'used', lesson);
  learnFrom('a', 'd', 'used', { ...lesson, usedBytes: undefined, wasBusy: true });
  t.match(guestHistoryOf('used'), { usedBytes: 3e8, wasBusy: true });
  t.end();
});
