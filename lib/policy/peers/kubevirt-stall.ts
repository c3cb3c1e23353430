import { type Action, DOWNTIME_LIMIT_MS, downtimeLimit } from '../action.js';
import { definePolicy, type Policy } from '../policy.js';
import type { View } from '../view.js';
import {
  KUBEVIRT_POLL_MS,
  type KubevirtOptions,
  kubevirtCompletionSeconds,
  kubevirtConfiguration,
  QEMU_DEFAULT_LIMIT_MS,
} from './kubevirt-options.js';
import { isDue, type Polling } from './polling.js';
import {
  addIteration,
  INITIAL_STALL_STATE,
  isAtLocalMinimum,
  STALL_DEFAULTS,
  type Stall,
  type StallOptions,
  type StallState,
} from './stall-detector.js';

export interface KubevirtStallOptions extends KubevirtOptions {
  readonly stallDetector?: StallOptions;
}

interface State extends Polling {
  readonly isInitialLimitSet: boolean;
  readonly lastSyncs: number | undefined;
  /** Smoothed, in bytes per second; 0 before the first sample. */
  readonly bandwidth: number;
  /** What was left at the last iteration: the remainder between two of them means nothing here. */
  readonly remainingBytes: number;
  readonly detector: StallState;
  readonly isSwitchoverInitiated: boolean;
  readonly switchoverDeadlineSeconds: number | undefined;
}

/**
 * KubeVirt with its stall detector. It takes each of libvirt's iterations for a pass, and so also the extra syncs of auto-converge. Its
 * bandwidth comes from libvirt's `memory_bps` at each look that is not an iteration; here the speed from differences stands in for it.
 *
 * At the completion timeout `allowPostCopy` alone is enough for post-copy, though before it `allowWorkloadDisruption` is needed as well.
 *
 * @see kubevirt/kubevirt, pkg/virt-launcher/virtwrap/stall-detector.go; live-migration-source.go: handleStallDetection, triggerConvergenceAction, processCompletionTimeouts; pkg/virt-config/virt-config.go
 */
export function kubevirtStall(options: KubevirtStallOptions = {}): Policy {
  const configuration = kubevirtConfiguration(options);
  const stallOptions = { ...STALL_DEFAULTS, ...options.stallDetector };
  const { maxDowntimeMs, allowPostCopy, allowWorkloadDisruption, hasVfio } = configuration;
  return definePolicy<State>({
    name: 'kubevirt-stall',
    initialState: {
      nextPollAtMs: KUBEVIRT_POLL_MS,
      isInitialLimitSet: false,
      lastSyncs: undefined,
      bandwidth: 0,
      remainingBytes: 0,
      detector: INITIAL_STALL_STATE,
      isSwitchoverInitiated: false,
      switchoverDeadlineSeconds: undefined,
    },
    settings: () => ({
      postCopy: allowPostCopy,
      ...(configuration.allowAutoConverge ? { autoConverge: { initial: 0.2, increment: 0.1 } } : {}),
      notes: [],
    }),
    decide(view, state) {
      const isIteration = state.lastSyncs !== undefined && view.syncs !== state.lastSyncs;
      if (!isIteration && !isDue(state, view.elapsedMs))
        return { state: { ...state, lastSyncs: state.lastSyncs ?? view.syncs } };
      const looked: State = {
        ...state,
        lastSyncs: view.syncs,
        nextPollAtMs: view.elapsedMs + KUBEVIRT_POLL_MS,
        isInitialLimitSet: true,
      };
      const initial = state.isInitialLimitSet
        ? []
        : [
            downtimeLimit(
              Math.min(maxDowntimeMs, QEMU_DEFAULT_LIMIT_MS),
              'initial limit, at most what QEMU has by itself',
            ),
          ];
      if (view.postCopyActive) return { state: looked };
      const observed = isIteration ? atIteration(view, looked) : { state: withBandwidth(looked, view), actions: [] };
      const timed = atTimeout(view, observed.state);
      return { state: timed.state, actions: [...initial, ...observed.actions, ...timed.actions] };
    },
  });

  function withBandwidth(state: State, view: View): State {
    const sample = view.rawLinkBytesPerSecond;
    if (sample === undefined) return state;
    const bandwidth =
      state.bandwidth === 0 ? sample : stallOptions.ewmaAlpha * sample + (1 - stallOptions.ewmaAlpha) * state.bandwidth;
    return { ...state, bandwidth };
  }

  function atIteration(view: View, before: State): { state: State; actions: readonly Action[] } {
    const remainingBytes = view.memoryRemainingBytes + view.diskRemainingBytes;
    const recorded = { ...before, remainingBytes };
    if (recorded.bandwidth === 0 || recorded.isSwitchoverInitiated) return { state: recorded, actions: [] };
    const detector = addIteration(recorded.detector, { elapsedMs: view.elapsedMs, remainingBytes }, stallOptions);
    const state = { ...recorded, detector };
    const action = detector.stall === undefined ? undefined : chooseAction(view, state, detector.stall);
    if (action === undefined) return { state, actions: [] };
    const isLimit = action.kind === 'downtime-limit';
    const deadline = isLimit
      ? Math.trunc(view.elapsedMs / 1000) + stallOptions.switchoverTimeoutSeconds
      : state.switchoverDeadlineSeconds;
    return { state: { ...state, isSwitchoverInitiated: true, switchoverDeadlineSeconds: deadline }, actions: [action] };
  }

  function chooseAction(view: View, state: State, stall: Stall): Action | undefined {
    if (stallOptions.searchLocalMinima && !isAtLocalMinimum(stall, state.remainingBytes, stallOptions))
      return undefined;
    const estimateMs = estimatedMs(state);
    if (!fitsDeadline(view, estimateMs)) return undefined;
    const reason = `stalled, at a local minimum: ${Math.round(state.remainingBytes / 2 ** 20)} MiB, estimated ${estimateMs} ms`;
    if (allowWorkloadDisruption && allowPostCopy && !hasVfio) return { kind: 'post-copy', reason };
    if (allowWorkloadDisruption) return downtimeLimit(DOWNTIME_LIMIT_MS.maximum, reason);
    if (estimateMs <= maxDowntimeMs * stallOptions.preCopyPossibleFactor) return downtimeLimit(maxDowntimeMs, reason);
    return {
      kind: 'abort',
      reason: `${reason}, more than ${stallOptions.preCopyPossibleFactor} times ${maxDowntimeMs} ms`,
    };
  }

  function atTimeout(view: View, state: State): { state: State; actions: readonly Action[] } {
    const completionSeconds = kubevirtCompletionSeconds(configuration, view.memoryTotalBytes, view.diskTotalBytes);
    const elapsedSeconds = Math.trunc(view.elapsedMs / 1000);
    const deadlineSeconds = state.switchoverDeadlineSeconds ?? completionSeconds;
    if (completionSeconds === 0 || view.paused || elapsedSeconds <= deadlineSeconds) return { state, actions: [] };
    const reason = `${elapsedSeconds} s are more than ${deadlineSeconds} s`;
    const isCompletable = state.bandwidth > 0 && fitsDeadline(view, estimatedMs(state));
    if (isCompletable && !state.isSwitchoverInitiated && allowPostCopy && !hasVfio) {
      return { state: { ...state, isSwitchoverInitiated: true }, actions: [{ kind: 'post-copy', reason }] };
    }
    if (isCompletable && !state.isSwitchoverInitiated && allowWorkloadDisruption) {
      const switchoverDeadlineSeconds = elapsedSeconds + stallOptions.switchoverTimeoutSeconds;
      return {
        state: { ...state, isSwitchoverInitiated: true, switchoverDeadlineSeconds },
        actions: [downtimeLimit(DOWNTIME_LIMIT_MS.maximum, reason)],
      };
    }
    return { state, actions: [{ kind: 'abort', reason }] };
  }

  function estimatedMs(state: State): number {
    return state.bandwidth === 0 ? 0 : Math.trunc(state.remainingBytes / (state.bandwidth / 1000));
  }

  /** Guards against a switchover while the network is down: the rest must be sendable within twice the completion timeout. */
  function fitsDeadline(view: View, estimateMs: number): boolean {
    const completionSeconds = kubevirtCompletionSeconds(configuration, view.memoryTotalBytes, view.diskTotalBytes);
    const deadlineSeconds = Math.trunc(completionSeconds * stallOptions.completionTimeoutFactor);
    return estimateMs <= (deadlineSeconds - Math.trunc(view.elapsedMs / 1000)) * 1000;
  }
}
