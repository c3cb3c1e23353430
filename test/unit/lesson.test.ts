import { test } from 'tap';
import type { Conductor } from '../../lib/migration/conductor.js';
import type { Sides } from '../../lib/migration/connect.js';
import { historyOf } from '../../lib/migration/history.js';
import { learnFromRun } from '../../lib/migration/lesson.js';

/** A move as far as it teaches something, from its own source, so that each test begins with nothing known. */
function move(source: string, limits: { paused?: boolean; postCopyActive?: boolean }) {
  const sides = { source: { identity: { hostUuid: source } }, destination: { identity: { hostUuid: 'z' } } };
  const conductor = {
    steering: { usualLinkBytesPerSecond: 100e6, passes: { dirtyBytes: 1e6, finished: [] } },
    actuators: { limits: { paused: false, postCopyActive: false, downtimeLimitMs: 300, ...limits } },
  };
  return {
    ...{ sides: sides as unknown as Sides, conductor: conductor as unknown as Conductor },
    ...{ guestUuid: 'guest', phases: [], job: undefined, pauseMs: 50 },
  };
}

test('what the last pages took is not part of the fixed pause', (t) => {
  learnFromRun(move('plain', {}));
  t.equal(historyOf('plain', 'z', 'guest')?.fixedPauseMs, 40, '1 MB at 100 MB/s is 10 ms of the 50');
  t.end();
});

test('a guest that was suspended on purpose teaches nothing of what a stop costs', (t) => {
  learnFromRun({ ...move('suspended', { paused: true }), pauseMs: 2300 });
  t.match(historyOf('suspended', 'z', 'guest'), { fixedPauseMs: undefined, linkBytesPerSecond: 100e6 });
  t.end();
});

test('a stop for post-copy is learnt as such', (t) => {
  learnFromRun(move('post-copy', { postCopyActive: true }));
  t.match(historyOf('post-copy', 'z', 'guest'), { fixedPauseMs: undefined, postCopyPauseMs: 50 });
  t.end();
});
