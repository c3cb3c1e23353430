import { DOWNTIME_LIMIT_MS, downtimeLimit, toDowntimeLimitMs } from '../action.js';
import { definePolicy, type Policy } from '../policy.js';
import { isDue, type Polling } from './polling.js';

export interface ProxmoxOptions {
  /** `migrate_downtime`, in seconds. Default 0.1. */
  readonly migrateDowntimeSeconds?: number;
}

interface State extends Polling {
  readonly polls: number;
  /** 1000 until little is left, then 100 to the end. */
  readonly pollMs: number;
  readonly lastProcessedBytes: number;
  readonly lastRemainingBytes: number;
  /** How often more was left than at the look before. */
  readonly setbacks: number;
  readonly limitMs: number;
}

const SLOW_POLL_MS = 1000;
const FAST_POLL_MS = 100;
const SETBACKS_ALLOWED = 5;

/**
 * Proxmox VE: counts the looks at which more was left than before, forgets none of them for good progress, and doubles the limit at every
 * sixth. It always converges, and its pause has no bound but libvirt's. A look that finds nothing sent since the last one does not count.
 *
 * @see proxmox/qemu-server, src/PVE/QemuMigrate.pm: phase2, increase_migrate_downtime
 */
export function proxmox(options: ProxmoxOptions = {}): Policy {
  const initialLimitMs = toDowntimeLimitMs((options.migrateDowntimeSeconds ?? 0.1) * 1000);
  return definePolicy<State>({
    name: 'proxmox',
    initialState: {
      nextPollAtMs: SLOW_POLL_MS,
      polls: 0,
      pollMs: SLOW_POLL_MS,
      lastProcessedBytes: 0,
      lastRemainingBytes: 0,
      setbacks: 0,
      limitMs: initialLimitMs,
    },
    settings: () => ({
      downtimeLimitMs: initialLimitMs,
      postCopy: false,
      autoConverge: { initial: 0.2, increment: 0.1 },
      notes: [],
    }),
    decide(view, state) {
      if (!isDue(state, view.elapsedMs)) return { state };
      const polls = state.polls + 1;
      const remaining = view.memoryRemainingBytes;
      if (view.memoryProcessedBytes === state.lastProcessedBytes) {
        return { state: { ...state, polls, nextPollAtMs: view.elapsedMs + state.pollMs } };
      }
      const averageBytes = state.lastProcessedBytes / polls;
      const pollMs = averageBytes > 0 && remaining < averageBytes ? FAST_POLL_MS : state.pollMs;
      const isSetback = (state.lastRemainingBytes > 0 && remaining > state.lastRemainingBytes) || remaining === 0;
      const setbacks = state.setbacks + (isSetback ? 1 : 0);
      const polled = {
        ...state,
        polls,
        pollMs,
        nextPollAtMs: view.elapsedMs + pollMs,
        lastProcessedBytes: view.memoryProcessedBytes,
        lastRemainingBytes: remaining,
      };
      if (setbacks <= SETBACKS_ALLOWED) return { state: { ...polled, setbacks } };
      const limitMs = toDowntimeLimitMs(state.limitMs * 2);
      const reason = `${setbacks} setbacks: doubled from ${state.limitMs} ms`;
      return {
        state: { ...polled, setbacks: 0, limitMs },
        actions: state.limitMs >= DOWNTIME_LIMIT_MS.maximum ? [] : [downtimeLimit(limitMs, reason)],
      };
    },
  });
}
