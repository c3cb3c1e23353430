import { downtimeLimit } from '../action.js';
import { definePolicy, type Policy } from '../policy.js';
import type { View } from '../view.js';
import { isDue, type Polling } from './polling.js';

/** Nova's options of the same names, without their prefix `live_migration_`. */
export interface NovaOptions {
  /** `downtime`: the largest limit, in milliseconds; at least 100. Default 500. */
  readonly downtimeMs?: number;
  /** `downtime_steps`: at least 3. Default 10. */
  readonly downtimeSteps?: number;
  /** `downtime_delay`: between two steps, in seconds per GiB; at least 3. Default 75. */
  readonly downtimeDelaySecondsPerGibibyte?: number;
  /** `completion_timeout`: in seconds per GiB; 0 turns it off. Default 800. */
  readonly completionTimeoutSecondsPerGibibyte?: number;
  /** `timeout_action`. Default `abort`. */
  readonly timeoutAction?: 'abort' | 'force_complete';
  /** `permit_post_copy`. Default false. */
  readonly permitPostCopy?: boolean;
  /** `permit_auto_converge`; without effect where post-copy is permitted. Default false. */
  readonly permitAutoConverge?: boolean;
}

interface State extends Polling {
  readonly downtimeMs: number | undefined;
}

export interface DowntimeStep {
  readonly afterSeconds: number;
  readonly limitMs: number;
}

const POLL_MS = 500;
const GIBIBYTE = 2 ** 30;
const MINIMUM_GIBIBYTES = 2;

/** The amount of data by which Nova stretches its times, in GiB: memory and each disk count as 2 at least. */
export function novaDataGibibytes(memoryBytes: number, diskBytes: number): number {
  const memory = Math.max(memoryBytes / GIBIBYTE, MINIMUM_GIBIBYTES);
  return memory + (diskBytes === 0 ? 0 : Math.max(diskBytes / GIBIBYTE, MINIMUM_GIBIBYTES));
}

/** Nova's ladder of limits: linear in time, and blind to everything that is measured. */
export function novaDowntimeSteps(
  dataGibibytes: number,
  downtimeMs: number,
  steps: number,
  delaySeconds: number,
): DowntimeStep[] {
  const delay = Math.trunc(delaySeconds * dataGibibytes);
  const base = downtimeMs / steps;
  const offset = (downtimeMs - base) / steps;
  return Array.from({ length: steps + 1 }, (_, step) => ({
    afterSeconds: delay * step,
    limitMs: Math.trunc(base + offset * step),
  }));
}

/**
 * OpenStack Nova: raises the limit by the clock, then aborts or forces the end. Several disks are seen as one here, so that Nova's minimum
 * of 2 GiB counts once for all of them.
 *
 * @see openstack/nova, nova/virt/libvirt/migration.py: downtime_steps, update_downtime, should_trigger_timeout_action; nova/virt/libvirt/driver.py: _live_migration_data_gb, _live_migration_monitor; nova/conf/libvirt.py
 */
export function nova(options: NovaOptions = {}): Policy {
  const {
    downtimeMs = 500,
    downtimeSteps = 10,
    downtimeDelaySecondsPerGibibyte = 75,
    completionTimeoutSecondsPerGibibyte = 800,
    timeoutAction = 'abort',
    permitPostCopy = false,
    permitAutoConverge = false,
  } = options;
  return definePolicy<State>({
    name: 'nova',
    initialState: { nextPollAtMs: 0, downtimeMs: undefined },
    settings: () => ({
      postCopy: permitPostCopy,
      ...(permitAutoConverge && !permitPostCopy ? { autoConverge: { initial: 0.2, increment: 0.1 } } : {}),
      notes: [],
    }),
    decide(view, state) {
      if (!isDue(state, view.elapsedMs)) return { state };
      const polled = { ...state, nextPollAtMs: view.elapsedMs + POLL_MS };
      const dataGibibytes = novaDataGibibytes(view.memoryTotalBytes, view.diskTotalBytes);
      const timeoutSeconds = Math.trunc(completionTimeoutSecondsPerGibibyte * dataGibibytes);
      if (timeoutSeconds > 0 && !view.postCopyActive && !view.paused && view.elapsedMs / 1000 > timeoutSeconds) {
        return {
          state: polled,
          actions: [{ kind: timeoutKind(view), reason: `not completed after ${timeoutSeconds} s` }],
        };
      }
      const steps = novaDowntimeSteps(dataGibibytes, downtimeMs, downtimeSteps, downtimeDelaySecondsPerGibibyte);
      const step = steps.findLast(({ afterSeconds }) => view.elapsedMs / 1000 > afterSeconds);
      if (view.postCopyActive || step === undefined || step.limitMs === state.downtimeMs) return { state: polled };
      return {
        state: { ...polled, downtimeMs: step.limitMs },
        actions: [downtimeLimit(step.limitMs, `step at ${step.afterSeconds} s of ${dataGibibytes} GiB`)],
      };
    },
  });

  function timeoutKind(view: View): 'abort' | 'post-copy' | 'pause' {
    if (timeoutAction === 'abort') return 'abort';
    return permitPostCopy && view.can.postCopy ? 'post-copy' : 'pause';
  }
}
