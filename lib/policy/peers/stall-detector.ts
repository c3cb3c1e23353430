/** KubeVirt's `stallDetector` options, by the names of its fields, and its defaults. */
export interface StallOptions {
  /** `stallMargin`, as a fraction. Default 0.04. */
  readonly stallMargin?: number;
  /** `stallProgressTimeout`. Default 40. */
  readonly stallProgressTimeoutSeconds?: number;
  /** `switchoverTimeout`. Default 60. */
  readonly switchoverTimeoutSeconds?: number;
  /** `ewmaAlpha`. Default 0.4. */
  readonly ewmaAlpha?: number;
  /** `precopyPossibleFactor`. Default 1.5. */
  readonly preCopyPossibleFactor?: number;
  /** `patienceWindowDecayFactor`. Default 0.5. */
  readonly patienceWindowDecayFactor?: number;
  /** `searchLocalMinima`. Default true. */
  readonly searchLocalMinima?: boolean;
  /** `completionTimeoutFactor`. Default 2. */
  readonly completionTimeoutFactor?: number;
}

export const STALL_DEFAULTS: Required<StallOptions> = {
  stallMargin: 0.04,
  stallProgressTimeoutSeconds: 40,
  switchoverTimeoutSeconds: 60,
  ewmaAlpha: 0.4,
  preCopyPossibleFactor: 1.5,
  patienceWindowDecayFactor: 0.5,
  searchLocalMinima: true,
  completionTimeoutFactor: 2,
};

export interface IterationRecord {
  readonly elapsedMs: number;
  readonly remainingBytes: number;
}

/** What the detector remembers. Plain data. */
export interface StallState {
  /** Each smaller than the one before, younger than the window. */
  readonly candidates: readonly IterationRecord[];
  /** The least seen longer ago than the window. */
  readonly outsideWindow: IterationRecord | undefined;
  /** Once a migration is found to be stalled it stays so. */
  readonly stall: Stall | undefined;
}

export interface Stall {
  readonly bestRemainingBytes: number;
  /** All remainders since the stall but those already taken, for the next best. */
  readonly historyBytes: readonly number[];
  readonly patienceMs: number;
  readonly deadlineMs: number;
}

export const INITIAL_STALL_STATE: StallState = { candidates: [], outsideWindow: undefined, stall: undefined };

/**
 * Adds what was left at an iteration. A migration is stalled when this is not less, by the margin, than the least of all that are older than
 * the window; from then on the best is given up for the next best whenever patience runs out, which grows shorter each time.
 */
export function addIteration(state: StallState, record: IterationRecord, options: Required<StallOptions>): StallState {
  const windowMs = options.stallProgressTimeoutSeconds * 1000;
  const aged = ageOut(state, record, windowMs);
  if (aged.stall !== undefined) return { ...aged, stall: relax(aged.stall, record, options) };
  const { outsideWindow } = aged;
  if (
    outsideWindow === undefined ||
    record.remainingBytes < Math.trunc(outsideWindow.remainingBytes * (1 - options.stallMargin))
  )
    return aged;
  const bestRemainingBytes = Math.min(
    outsideWindow.remainingBytes,
    ...aged.candidates.map(({ remainingBytes }) => remainingBytes),
  );
  return {
    ...aged,
    stall: { bestRemainingBytes, historyBytes: [], patienceMs: windowMs, deadlineMs: record.elapsedMs + windowMs },
  };
}

/** Whether what is left is as little as the best, within the margin. */
export function isAtLocalMinimum(stall: Stall, remainingBytes: number, options: Required<StallOptions>): boolean {
  return remainingBytes <= Math.trunc(stall.bestRemainingBytes * (1 + options.stallMargin));
}

function ageOut(state: StallState, record: IterationRecord, windowMs: number): StallState {
  const fresh = state.candidates.findIndex(({ elapsedMs }) => record.elapsedMs - elapsedMs < windowMs);
  const agedCount = fresh === -1 ? state.candidates.length : fresh;
  let { outsideWindow } = state;
  for (const candidate of state.candidates.slice(0, agedCount)) {
    if (outsideWindow === undefined || candidate.remainingBytes < outsideWindow.remainingBytes)
      outsideWindow = candidate;
  }
  const candidates = state.candidates.slice(agedCount);
  const last = candidates.at(-1);
  const isHopeless = outsideWindow !== undefined && record.remainingBytes > outsideWindow.remainingBytes;
  if (isHopeless || (last !== undefined && record.remainingBytes >= last.remainingBytes))
    return { ...state, candidates, outsideWindow };
  return { ...state, candidates: [...candidates, record], outsideWindow };
}

function relax(stall: Stall, record: IterationRecord, options: Required<StallOptions>): Stall {
  const historyBytes = [...stall.historyBytes, record.remainingBytes];
  if (record.elapsedMs < stall.deadlineMs) return { ...stall, historyBytes };
  const bestRemainingBytes = Math.min(...historyBytes);
  const patienceMs = Math.trunc(stall.patienceMs * options.patienceWindowDecayFactor);
  return {
    bestRemainingBytes,
    historyBytes: historyBytes.toSpliced(historyBytes.indexOf(bestRemainingBytes), 1),
    patienceMs,
    deadlineMs: record.elapsedMs + patienceMs,
  };
}
