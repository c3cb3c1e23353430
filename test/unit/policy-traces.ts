import type { Action, Policy, View } from '../../lib/policy/index.js';

export const MIB = 2 ** 20;

/** A view of a migration of 1 GiB in which nothing is known yet; a test says what matters to it. */
export function viewOf(known: Partial<View> = {}): View {
  return {
    elapsedMs: 0,
    pass: 1,
    atPassBoundary: false,
    syncs: 1,
    memoryTotalBytes: 1024 * MIB,
    memoryRemainingBytes: 1024 * MIB,
    memoryProcessedBytes: 0,
    diskTotalBytes: 0,
    diskRemainingBytes: 0,
    dirtyBytes: undefined,
    linkBytesPerSecond: undefined,
    rawLinkBytesPerSecond: undefined,
    dirtiedBytesPerSecond: undefined,
    expectedPauseMs: undefined,
    fixedPauseMs: 50,
    downtimeLimitMs: 300,
    bandwidthBytesPerSecond: undefined,
    throttle: 0,
    passes: [],
    budget: {},
    escalate: [],
    can: { throttle: false, autoConverge: false, postCopy: true },
    postCopyActive: false,
    paused: false,
    ...known,
  };
}

/** What was seen at a moment: in MiB and MiB/s, so that a reader can follow the arithmetic. */
interface Row {
  seconds: number;
  syncs: number;
  remaining: number;
  processed: number;
  speed: number;
}

export type Trace = (seconds: number) => Row;

const SPEED = 100;

/** 1024 MiB at 100 MiB/s: 10 s for the first pass, which leaves 200 MiB, then 2 s, which leave 40 MiB; sampled to its end at 12.4 s. */
export const converging: Trace = (seconds) => {
  const processed = SPEED * seconds;
  if (seconds < 10) return { seconds, syncs: 1, remaining: 1024 - processed, processed, speed: SPEED };
  if (seconds < 12) return { seconds, syncs: 2, remaining: 200 - SPEED * (seconds - 10), processed, speed: SPEED };
  return { seconds, syncs: 3, remaining: 40 - SPEED * (seconds - 12), processed, speed: SPEED };
};

/** The same link, and 250 MiB that are rewritten all the time: 10 s, and then a pass of 2.5 s after the other, for ever. */
export const sawTooth: Trace = (seconds) => {
  const processed = SPEED * seconds;
  if (seconds < 10) return { seconds, syncs: 1, remaining: 1024 - processed, processed, speed: SPEED };
  const inPass = (seconds - 10) % 2.5;
  return {
    seconds,
    syncs: 2 + Math.floor((seconds - 10) / 2.5),
    remaining: 250 - SPEED * inPass,
    processed,
    speed: SPEED,
  };
};

/** The link is cut after 5 s: 524 MiB are left and stay so. */
export const deadLink: Trace = (seconds) => {
  const processed = SPEED * Math.min(seconds, 5);
  return { seconds, syncs: 1, remaining: 1024 - processed, processed, speed: seconds <= 5 ? SPEED : 0 };
};

/** Runs a policy over a trace, a sample every 0.5 s, and tells its decisions as "seconds kind value", until one of them ends it. */
export function decisionsOn(trace: Trace, policy: Policy, untilSeconds: number, known: Partial<View> = {}): string[] {
  const decisions: string[] = [];
  let { initialState: state } = policy;
  let changed: Partial<View> = {};
  for (let seconds = 0; seconds <= untilSeconds; seconds += 0.5) {
    const row = trace(seconds);
    const decision = policy.decide(
      viewOf({
        elapsedMs: seconds * 1000,
        syncs: row.syncs,
        pass: row.syncs,
        memoryRemainingBytes: row.remaining * MIB,
        memoryProcessedBytes: row.processed * MIB,
        linkBytesPerSecond: row.speed * MIB,
        rawLinkBytesPerSecond: row.speed * MIB,
        ...known,
        ...changed,
      }),
      state,
    );
    ({ state } = decision);
    for (const action of decision.actions) {
      decisions.push(`${seconds} ${action.kind}${amountOf(action)}`);
      if (action.kind === 'abort') return decisions;
      if (action.kind === 'post-copy') changed = { ...changed, postCopyActive: true };
      if (action.kind === 'pause') changed = { ...changed, paused: true };
    }
  }
  return decisions;
}

function amountOf(action: Action): string {
  if (action.kind === 'downtime-limit') return ` ${action.limitMs}`;
  return action.kind === 'throttle' ? ` ${action.throttle}` : '';
}
