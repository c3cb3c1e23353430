import { MAX_THROTTLE, type Settings } from '../policy/index.js';

/** QEMU's auto-converge as it stands. */
export interface AutoConverge {
  readonly throttle: number;
  /** `max-cpu-throttle`. */
  readonly ceiling: number;
  readonly highCount: number;
  readonly periodStartedAtMs: number;
  readonly periodSentBytes: number;
  readonly periodDirtiedBytes: number;
}

export const NO_THROTTLE: AutoConverge = {
  throttle: 0,
  ceiling: MAX_THROTTLE,
  highCount: 0,
  periodStartedAtMs: 0,
  periodSentBytes: 0,
  periodDirtiedBytes: 0,
};

/** Periods shorter than that run on into the next one. */
const MINIMUM_PERIOD_MS = 1000;
/** `throttle-trigger-threshold`. */
const TRIGGER_THRESHOLD = 0.5;

/**
 * What QEMU does at a sync of its dirty bitmap: when more than half as much was dirtied as was sent, twice, it throttles or throttles more; it
 * never throttles less.
 *
 * @see qemu/qemu, migration/ram.c: migration_trigger_throttle, mig_throttle_guest_down
 */
export function autoConvergeAtSync(
  state: AutoConverge,
  steps: NonNullable<Settings['autoConverge']>,
  atMs: number,
  sentBytes: number,
  foundDirtyBytes: number,
): AutoConverge {
  const periodDirtiedBytes = state.periodDirtiedBytes + foundDirtyBytes;
  if (atMs - state.periodStartedAtMs < MINIMUM_PERIOD_MS) return { ...state, periodDirtiedBytes };
  const isHigh = periodDirtiedBytes > (sentBytes - state.periodSentBytes) * TRIGGER_THRESHOLD;
  const highCount = state.highCount + (isHigh ? 1 : 0);
  const isTriggered = highCount >= 2;
  const wanted = state.throttle === 0 ? steps.initial : state.throttle + steps.increment;
  return {
    ceiling: state.ceiling,
    throttle: isTriggered ? Math.max(state.throttle, Math.min(wanted, state.ceiling)) : state.throttle,
    highCount: isTriggered ? 0 : highCount,
    periodStartedAtMs: atMs,
    periodSentBytes: sentBytes,
    periodDirtiedBytes: 0,
  };
}
