import { type Action, DOWNTIME_LIMIT_MS, downtimeLimit } from '../action.js';
import { definePolicy, type Policy } from '../policy.js';
import type { View } from '../view.js';
import {
  KUBEVIRT_POLL_MS,
  type KubevirtOptions,
  kubevirtCompletionSeconds,
  kubevirtConfiguration,
} from './kubevirt-options.js';
import { isDue, type Polling } from './polling.js';

/** The alpha feature that raises the limit step by step. */
export interface DowntimeTuning {
  /** Default 150. */
  readonly initialMs?: number;
  /** Default 7. */
  readonly steps?: number;
  /** libvirt's iteration from which on it raises. Default 3. */
  readonly startAfterIteration?: number;
  /** Default 10. */
  readonly cooldownSeconds?: number;
}

export interface KubevirtLegacyOptions extends KubevirtOptions {
  readonly downtimeTuning?: DowntimeTuning;
}

interface State extends Polling {
  /** Each timeout that led to a pause doubles it. */
  readonly completionSeconds: number | undefined;
  readonly lastRemainingBytes: number;
  readonly lastProgressAtMs: number;
  readonly limitMs: number;
  readonly tunedAtMs: number;
  readonly isPausing: boolean;
}

/**
 * KubeVirt as it is without its stall detector. What it calls progress is that less is left than at the look before, 400 ms ago: on a saw-tooth
 * nearly every look is progress, so that its progress timeout finds a dead link and hardly anything else. It looks at memory and disks together.
 *
 * @see kubevirt/kubevirt, pkg/virt-launcher/virtwrap/live-migration-source.go: handleLegacyConvergence, tuneDowntime, processInflightMigration; pkg/virt-config/virt-config.go
 */
export function kubevirt(options: KubevirtLegacyOptions = {}): Policy {
  const configuration = kubevirtConfiguration(options);
  const { downtimeTuning } = options;
  return definePolicy<State>({
    name: 'kubevirt',
    initialState: {
      nextPollAtMs: KUBEVIRT_POLL_MS,
      completionSeconds: undefined,
      lastRemainingBytes: 0,
      lastProgressAtMs: 0,
      limitMs: 0,
      tunedAtMs: 0,
      isPausing: false,
    },
    settings: () => ({
      postCopy: configuration.allowPostCopy,
      ...(configuration.allowAutoConverge ? { autoConverge: { initial: 0.2, increment: 0.1 } } : {}),
      notes: [],
    }),
    decide(view, state) {
      if (!isDue(state, view.elapsedMs)) return { state };
      const remaining = view.memoryRemainingBytes + view.diskRemainingBytes;
      const isProgress = state.lastRemainingBytes === 0 || remaining < state.lastRemainingBytes;
      const polled: State = {
        ...state,
        nextPollAtMs: view.elapsedMs + KUBEVIRT_POLL_MS,
        completionSeconds:
          state.completionSeconds ??
          kubevirtCompletionSeconds(configuration, view.memoryTotalBytes, view.diskTotalBytes),
        lastRemainingBytes: remaining,
        lastProgressAtMs: isProgress ? view.elapsedMs : state.lastProgressAtMs,
      };
      const tuned = tune(view, polled);
      const converged = converge(view, tuned.state);
      return { state: converged.state, actions: [...tuned.actions, ...converged.actions] };
    },
  });

  function tune(view: View, state: State): { state: State; actions: readonly Action[] } {
    if (downtimeTuning === undefined) return { state, actions: [] };
    const { steps = 7, startAfterIteration = 3, cooldownSeconds = 10 } = downtimeTuning;
    const initialMs = Math.min(downtimeTuning.initialMs ?? 150, configuration.maxDowntimeMs);
    const isFirst = state.limitMs === 0;
    if (!isFirst && (view.syncs < startAfterIteration || view.elapsedMs - state.tunedAtMs < cooldownSeconds * 1000))
      return { state, actions: [] };
    const stepMs = Math.max(Math.trunc((configuration.maxDowntimeMs - initialMs) / Math.max(steps, 1)), 1);
    const limitMs = isFirst ? Math.max(initialMs, 1) : Math.min(state.limitMs + stepMs, configuration.maxDowntimeMs);
    if (!isFirst && limitMs <= state.limitMs) return { state, actions: [] };
    const reason = isFirst
      ? 'downtime tuning: initial limit'
      : `downtime tuning: ${state.limitMs} ms and a step of ${stepMs} ms`;
    return { state: { ...state, limitMs, tunedAtMs: view.elapsedMs }, actions: [downtimeLimit(limitMs, reason)] };
  }

  function converge(view: View, state: State): { state: State; actions: readonly Action[] } {
    if (view.postCopyActive) return { state, actions: [] };
    const completionSeconds = state.completionSeconds ?? 0;
    const elapsedSeconds = Math.trunc(view.elapsedMs / 1000);
    const isTimeUp = completionSeconds > 0 && elapsedSeconds > completionSeconds;
    const timeUp = `not completed after ${completionSeconds} s`;
    if (isTimeUp && configuration.allowWorkloadDisruption && !state.isPausing) {
      if (configuration.allowPostCopy && !configuration.hasVfio)
        return { state, actions: [{ kind: 'post-copy', reason: timeUp }] };
      const disrupt: Action = configuration.hasVfio
        ? downtimeLimit(Math.min(completionSeconds * 2000, DOWNTIME_LIMIT_MS.maximum), timeUp)
        : { kind: 'pause', reason: timeUp };
      return { state: { ...state, completionSeconds: completionSeconds * 2, isPausing: true }, actions: [disrupt] };
    }
    const stuckSeconds = Math.trunc((view.elapsedMs - state.lastProgressAtMs) / 1000);
    if (configuration.progressTimeoutSeconds > 0 && stuckSeconds > configuration.progressTimeoutSeconds) {
      return { state, actions: [{ kind: 'abort', reason: `stuck for ${stuckSeconds} s` }] };
    }
    return { state, actions: isTimeUp ? [{ kind: 'abort', reason: timeUp }] : [] };
  }
}
