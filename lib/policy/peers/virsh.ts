import { definePolicy, type Policy } from '../policy.js';

export interface VirshOptions {
  /** `--timeout`, in milliseconds; there is no default. */
  readonly timeoutMs?: number;
  /** `--timeout-suspend` (virsh's default once there is a timeout) or `--timeout-postcopy`. */
  readonly onTimeout?: 'suspend' | 'post-copy';
  /** `--postcopy-after-precopy`. */
  readonly postCopyAfterPreCopy?: boolean;
  /** `--auto-converge`, with QEMU's own steps of 20 % and then 10 %. */
  readonly autoConverge?: boolean;
}

interface State {
  readonly timeoutDone: boolean;
  readonly lastSyncs: number | undefined;
}

/** libvirt reports the end of the first sync as iteration 1 and so the end of the first pass as 2. */
const ITERATION_AFTER_FIRST_PASS = 2;

/**
 * `virsh migrate --live` with its own escalations. The timeout counts from the start of the command and is acted upon once, wherever the
 * pass stands; post-copy after pre-copy is started on the event of iteration 2, which on a guest that was migrated before need not come.
 *
 * @see libvirt, tools/virsh-domain.c: virshMigrateTimeout, virshMigrateIteration
 */
export function virsh(options: VirshOptions = {}): Policy {
  const { timeoutMs, onTimeout = 'suspend', postCopyAfterPreCopy = false, autoConverge = false } = options;
  const initialState: State = { timeoutDone: false, lastSyncs: undefined };
  return definePolicy<State>({
    name: 'virsh',
    initialState,
    settings: () => ({
      postCopy: postCopyAfterPreCopy || (timeoutMs !== undefined && onTimeout === 'post-copy'),
      ...(autoConverge ? { autoConverge: { initial: 0.2, increment: 0.1 } } : {}),
      notes: [],
    }),
    decide(view, state) {
      const isNewIteration = view.syncs !== state.lastSyncs;
      const next = { ...state, lastSyncs: view.syncs };
      if (postCopyAfterPreCopy && isNewIteration && view.syncs === ITERATION_AFTER_FIRST_PASS && !view.postCopyActive) {
        return { state: next, actions: [{ kind: 'post-copy', reason: 'iteration 1 finished' }] };
      }
      if (timeoutMs === undefined || state.timeoutDone || view.elapsedMs < timeoutMs) return { state: next };
      const reason = `migration timed out: ${view.elapsedMs} ms of ${timeoutMs} ms`;
      return {
        state: { ...next, timeoutDone: true },
        actions: view.postCopyActive ? [] : [{ kind: onTimeout === 'suspend' ? 'pause' : 'post-copy', reason }],
      };
    },
  });
}
