import { type Scenario, type SimulationResult, simulate } from '../forecast/index.js';
import type { MigrationPlan } from '../migration/index.js';
import { capabilitiesOf } from '../migration/plan.js';
import type { Policy, Situation, View } from '../policy/index.js';
import { TRACE_VERSION, type TraceEntry, type TraceHeader } from './format.js';

/** What stands where a real run has a host, a version or a path. */
const SIMULATED = 'simulated';
const DOMAIN = { name: SIMULATED, uuid: '00000000-0000-0000-0000-000000000000' };

/** When a simulated run pretends to have begun: it reads no clock. */
const STARTED_AT = new Date(0).toISOString();

/** Runs a simulation and gives back what it went through as a trace, each look of the policy as a sample. Pure. */
export function simulatedTrace(scenario: Scenario): TraceEntry[] {
  const samples: TraceEntry[] = [];
  let plan: MigrationPlan | undefined;
  const { policy } = scenario;
  const watched: Policy = {
    ...policy,
    settings(situation) {
      const settings = policy.settings(situation);
      plan = planOf(scenario, situation, settings);
      return settings;
    },
    decide(view, state) {
      samples.push(...sampleOf(view));
      return policy.decide(view, state);
    },
  };
  const result = simulate({ ...scenario, policy: watched });
  const stopAtMs = result.totalMs - result.pauseMs;
  const start: TraceEntry[] = [
    headerOf(scenario),
    { type: 'phase', atMs: 0, phase: 'connect' },
    { type: 'connected', atMs: 0, domain: DOMAIN, source: hostOf('source'), destination: hostOf('destination') },
    ...(plan === undefined ? [] : [{ type: 'plan' as const, atMs: 0, ...plan }]),
    { type: 'phase', atMs: 0, phase: 'prepare' },
    { type: 'phase', atMs: 0, phase: 'pre-copy' },
  ];
  return [...start, ...merged(samples, decisionsOf(result)), ...endOf(result, stopAtMs)];
}

function headerOf({ policy, budget = {}, escalate = [] }: Scenario): TraceHeader {
  const uri = 'test:///default';
  return {
    ...{ type: 'trace', version: TRACE_VERSION, atMs: 0, startedAt: STARTED_AT, isAdopted: false },
    environment: { precopy: SIMULATED, node: SIMULATED, kernel: SIMULATED, architecture: SIMULATED },
    options: {
      ...{ source: { uri }, destination: { uri }, domain: SIMULATED },
      ...{ policy: policy.name, budget, escalate, hooks: [] },
    },
  };
}

function planOf(
  { policy, monitor = false, fixedPauseMs = 50 }: Scenario,
  situation: Situation,
  settings: MigrationPlan['settings'],
): MigrationPlan {
  const can = capabilitiesOf(settings, monitor);
  return { policy: policy.name, situation, settings, can, hasMonitor: monitor, fixedPauseMs };
}

function hostOf(role: string) {
  return { hostname: role, hostUuid: role, libvirtVersion: SIMULATED, hypervisorVersion: SIMULATED };
}

function sampleOf(view: View): TraceEntry[] {
  const atMs = view.elapsedMs;
  const sample: TraceEntry = {
    ...{ type: 'sample', atMs, isSteered: true },
    memoryTotalBytes: view.memoryTotalBytes,
    memoryRemainingBytes: Math.round(view.memoryRemainingBytes),
    memoryProcessedBytes: Math.round(view.memoryProcessedBytes),
    sentBytesPerSecond: Math.round(view.rawLinkBytesPerSecond ?? 0),
    dirtiedBytesPerSecond: Math.round(view.dirtiedBytesPerSecond ?? 0),
    expectedPauseMs: view.expectedPauseMs,
    throttle: view.throttle,
    syncs: view.syncs,
    diskTotalBytes: 0,
    diskRemainingBytes: 0,
    downtimeLimitMs: view.downtimeLimitMs,
    bandwidthBytesPerSecond: view.bandwidthBytesPerSecond,
    postCopyActive: view.postCopyActive,
    paused: view.paused,
  };
  return view.atPassBoundary || atMs === 0 ? [sample, { type: 'pass', atMs, pass: view.pass }] : [sample];
}

function decisionsOf({ decisions, notes }: SimulationResult): TraceEntry[] {
  const taken = decisions.map(
    ({ atMs, by, action }): TraceEntry => ({ type: 'decision', atMs, by, action, refusal: undefined }),
  );
  const said = notes.map(({ atMs, code, message }): TraceEntry => ({ type: 'warning', atMs, code, message }));
  return merged(said, taken);
}

/** Two lists that are each in the order of time, as one; of the same moment the first list's entries come first. */
function merged(first: readonly TraceEntry[], second: readonly TraceEntry[]): TraceEntry[] {
  return [...first, ...second].sort((a, b) => a.atMs - b.atMs);
}

/** How it ended; nothing for a simulation that was cut off, as a trace that was cut off has no end. */
function endOf({ outcome, totalMs, pauseMs, passes, sentBytes }: SimulationResult, stopAtMs: number): TraceEntry[] {
  if (outcome === 'unfinished') return [];
  const isCompleted = outcome === 'completed';
  const there = { seen: 'present', state: 'running', reason: 'migrated' } as const;
  const gone = { seen: 'absent' } as const;
  const stop: TraceEntry[] = [
    { type: 'guest', atMs: stopAtMs, side: 'source', event: 'suspended', detail: 'migrated' },
    { type: 'phase', atMs: stopAtMs, phase: 'stop-and-copy' },
    { type: 'guest', atMs: totalMs, side: 'destination', event: 'resumed', detail: 'migrated' },
    { type: 'phase', atMs: totalMs, phase: 'handover' },
  ];
  const abort = { reason: 'the policy', outcome: 'cancelled' } as const;
  return [
    ...(isCompleted ? stop : [{ type: 'abort' as const, atMs: totalMs, reason: abort.reason }]),
    { type: 'phase', atMs: totalMs, phase: 'settle' },
    {
      type: 'end',
      atMs: totalMs,
      result: {
        outcome: isCompleted ? 'completed' : 'cancelled',
        owner: isCompleted ? 'destination' : 'source',
        evidence: isCompleted ? { source: gone, destination: there } : { source: there, destination: gone },
        ...{ domain: DOMAIN, source: hostOf('source'), destination: hostOf('destination') },
        ...{ control: undefined, safety: 'guarded', totalMs, phases: [], passes, sentBytes, job: undefined },
        pause: { qemuMs: undefined, observedMs: isCompleted ? pauseMs : undefined, outsideMs: undefined },
        ...{ hold: 'none', heldMs: 0, abort: isCompleted ? undefined : abort },
      },
    },
  ];
}
