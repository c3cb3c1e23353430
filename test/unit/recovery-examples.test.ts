import { test } from 'tap';
import type { Sight } from '../../lib/migration/recovery/standing.js';
import { judge } from '../../lib/migration/recovery/table.js';

const absent: Sight = { seen: 'absent' };
const silent: Sight = { seen: 'unreachable', why: 'no answer' };

/** `running (booted)`, or with a job `paused (migration) + incoming`; `-` absent, `?` does not answer, `off (reason)` shut off. */
function sight(text: string): Sight {
  if (text === '-') return absent;
  if (text === '?') return silent;
  const [, state = '', reason = '', job = 'none'] = /^(\w+) \((\w+)\)(?: \+ (\w+))?$/.exec(text) ?? [];
  if (state === 'off') return { seen: 'shutoff', reason };
  // The examples below use the jobs' own names.
  return { seen: 'present', state, reason, job: job as 'none' | 'outgoing' | 'incoming' };
}

/** What happened; source; destination; known that it ran there; verdict; owner; what is done. */
const EXAMPLES: [string, string, string, boolean, string, string, string][] = [
  ['the client died before libvirt was asked', 'running (booted)', '-', false, 'rolled-back', 'source', ''],
  ['the destination daemon died in pre-copy', 'running (unpaused)', '-', false, 'rolled-back', 'source', ''],
  [
    'it failed, the destination has its definition',
    'running (unpaused)',
    'off (failed)',
    false,
    'rolled-back',
    'source',
    '',
  ],
  [
    'the control link was cut and the source daemon restarted',
    'running (booted)',
    'paused (migration) + incoming',
    false,
    'orphan',
    'source',
    'wait destroy-destination',
  ],
  [
    'a Finish reply was lost under VIR_MIGRATE_PAUSED',
    'running (migrationCanceled)',
    'paused (user)',
    false,
    'rolled-back',
    'source',
    'destroy-destination',
  ],
  [
    'the same, but the journal saw it run there',
    'running (migrationCanceled)',
    'paused (user)',
    true,
    'split-brain',
    'source',
    'suspend-source',
  ],
  [
    'a Finish reply was lost',
    'running (migrationCanceled)',
    'running (migrated)',
    false,
    'split-brain',
    'both',
    'suspend-source suspend-destination',
  ],
  ['after a split brain was paused', 'paused (user)', 'paused (user)', false, 'indeterminate', 'unknown', ''],
  [
    'a split brain that was paused by half',
    'paused (user)',
    'running (migrated)',
    false,
    'indeterminate',
    'destination',
    '',
  ],
  [
    'the client died in the handover',
    'paused (migration)',
    'running (migrated)',
    false,
    'completed',
    'destination',
    'destroy-source',
  ],
  [
    'the same, after a failed resume',
    'paused (apiError)',
    'running (migrated)',
    false,
    'completed',
    'destination',
    'destroy-source',
  ],
  [
    'the destination runs it and moves it on',
    'paused (migration)',
    'running (migrated) + outgoing',
    false,
    'completed',
    'destination',
    'destroy-source',
  ],
  [
    'Finish never came, and the destination gave up',
    'paused (migration)',
    '-',
    false,
    'rolled-back',
    'source',
    'resume-source',
  ],
  ['the same, but it ran there before it vanished', 'paused (migration)', '-', true, 'indeterminate', 'unknown', ''],
  [
    'it was shut down there before anybody looked',
    'paused (migration)',
    'off (shutdown)',
    false,
    'indeterminate',
    'unknown',
    '',
  ],
  [
    'Finish never came, the destination still waits',
    'paused (migration)',
    'paused (migration) + incoming',
    false,
    'interrupted',
    'unknown',
    'wait destroy-destination resume-source',
  ],
  [
    'strict: Confirm was lost',
    'paused (migration)',
    'paused (user)',
    false,
    'completed',
    'destination',
    'destroy-source resume-destination',
  ],
  [
    'strict: nobody was left to resume it',
    '-',
    'paused (user)',
    false,
    'completed',
    'destination',
    'resume-destination',
  ],
  [
    'the same, the source keeps its definition',
    'off (migrated)',
    'paused (user)',
    false,
    'completed',
    'destination',
    'resume-destination',
  ],
  ['all went well', '-', 'running (migrated)', false, 'completed', 'destination', ''],
  ['both hosts lost it', '-', '-', false, 'lost', 'neither', ''],
  ['the source lost it in pre-copy', '-', 'paused (migration) + incoming', false, 'lost', 'neither', 'wait'],
  ['the destination lost its power', 'running (booted) + outgoing', '?', false, 'indeterminate', 'unknown', ''],
  ['the source lost its power', '?', 'running (migrated)', false, 'indeterminate', 'unknown', ''],
  [
    'peer-to-peer goes on without its client',
    'running (booted) + outgoing',
    'paused (migration) + incoming',
    false,
    'under-way',
    'source',
    'wait',
  ],
  [
    'in stop-and-copy, or its link is cut',
    'paused (migration) + outgoing',
    'paused (migration) + incoming',
    false,
    'under-way',
    'unknown',
    'wait',
  ],
  [
    'in the handover',
    'paused (migration) + outgoing',
    'running (migrated) + incoming',
    false,
    'under-way',
    'destination',
    'wait',
  ],
  [
    'the source is just being put away',
    'shutdown (unknown) + other',
    'running (migrated)',
    false,
    'under-way',
    'unknown',
    'wait',
  ],
  [
    'post-copy',
    'paused (postcopy) + outgoing',
    'running (postcopy) + incoming',
    false,
    'under-way',
    'destination',
    'wait',
  ],
  [
    'post-copy broke',
    'paused (postcopyFailed) + outgoing',
    'paused (postcopyFailed) + incoming',
    false,
    'indeterminate',
    'unknown',
    '',
  ],
  [
    'the hosts were named the wrong way round',
    'paused (migration) + incoming',
    'running (booted) + outgoing',
    false,
    'under-way',
    'destination',
    '',
  ],
];

for (const [what, source, destination, destinationRan, verdict, owner, actions] of EXAMPLES) {
  test(`${what}: ${verdict}`, (t) => {
    const row = judge({ source: sight(source), destination: sight(destination), destinationRan });
    t.equal(row.verdict, verdict);
    t.equal(row.owner, owner);
    t.equal(row.actions.join(' '), actions);
    t.end();
  });
}
