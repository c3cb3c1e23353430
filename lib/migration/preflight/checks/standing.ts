import type { PreflightFacts } from '../facts.js';
import { type Finding, type FindingCode, finding } from '../finding.js';
import { type Check, guestName } from './check.js';
import { isOlder } from './version.js';

interface Standing {
  readonly state: string;
  /** All reasons when it is left out. */
  readonly reasons?: readonly string[];
  readonly code: FindingCode;
  readonly remedy: string;
}

const RESOLVE =
  'Find out which host has the guest before anything is moved: an earlier migration was not brought to its end.';
const START = 'Start it, or name the host where it runs.';
const MIGRATIONS = ['migrationOut', 'migrationIn'];

/** Standings in which a guest cannot be moved, or not without a word. What is not in here is fine. */
const STANDINGS: readonly Standing[] = [
  ...['shutoff', 'shutdown', 'crashed', 'nostate'].map((state) => ({
    ...{ state, code: 'domain-not-running' as const, remedy: START },
  })),
  { state: 'running', reasons: ['postcopy', 'postcopyFailed'], code: 'already-migrating', remedy: RESOLVE },
  {
    state: 'paused',
    reasons: ['migration', 'postcopy', 'postcopyFailed', 'apiError', 'startingUp'],
    code: 'paused-by-migration',
    remedy: RESOLVE,
  },
  {
    state: 'paused',
    reasons: ['ioerror'],
    code: 'paused-on-io-error',
    remedy: 'Mend the disk first, unless moving the guest away from it is the point.',
  },
  {
    state: 'paused',
    reasons: ['user', 'unknown', 'fromSnapshot', 'watchdog', 'snapshot', 'save', 'dump', 'crashed'],
    code: 'paused',
    remedy: 'Nothing need be done: it stays paused on the destination until it is resumed there.',
  },
];

/** The guest is in a state in which it can be moved, and nobody else is at it. */
export const standing: Check = (facts) => [...stateFindings(facts), ...jobFindings(facts), ...snapshotFindings(facts)];

function stateFindings(facts: PreflightFacts): Finding[] {
  const { state, source, request } = facts;
  // Where only the definition goes over, what the guest does meanwhile is all one.
  if (state === undefined || request.mode === 'offline') return [];
  const found = STANDINGS.filter(
    (row) => row.state === state.state && (row.reasons === undefined || row.reasons.includes(state.reason)),
  ).map(({ code, remedy }) =>
    finding(code, `The guest ${guestName(facts)} is ${state.state} on the source (${state.reason})`, remedy, 'source'),
  );
  // Such a QEMU aborts when a guest that came over paused is moved on before it was ever resumed.
  if (found.some(({ code }) => code === 'paused') && isOlder(source?.hypervisorVersion, '10.0.0')) {
    found.push(
      finding(
        'paused-before-qemu-10',
        `The guest ${guestName(facts)} is paused under QEMU ${source?.hypervisorVersion}, which crashes if the guest came here by migration and was never resumed`,
        'If it came here by migration, resume it once before moving it on.',
        'source',
      ),
    );
  }
  return found;
}

function jobFindings(facts: PreflightFacts): Finding[] {
  const { job } = facts;
  if (job === undefined || job.type === 'none') return [];
  const what = job.operation ?? 'unknown';
  const migrates = MIGRATIONS.includes(what);
  return [
    finding(
      migrates ? 'already-migrating' : 'job-active',
      `The guest ${guestName(facts)} has a job in flight: ${what}`,
      migrates ? 'Wait for that migration to end, or abort it.' : 'Wait for the job to end, or abort it.',
      'source',
    ),
  ];
}

function snapshotFindings(facts: PreflightFacts): Finding[] {
  if (facts.hasSnapshots !== true) return [];
  return [
    finding(
      'has-snapshots',
      `The guest ${guestName(facts)} has snapshots, with which libvirt does not move it`,
      "Delete the snapshots, or their metadata alone ('virsh snapshot-delete --metadata').",
      'source',
    ),
  ];
}
