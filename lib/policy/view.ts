/** What the caller can bear. Whatever is left out does not bind. */
export interface Budget {
  /** The longest time in which the guest may run nowhere, in milliseconds. */
  readonly pauseMs?: number;
  /** The longest time from the start to the end of the migration, in milliseconds. */
  readonly totalMs?: number;
  /** The largest fraction of its CPU time that may be taken from the guest while it is being copied, 0..1. */
  readonly slowdown?: number;
}

/** What may be done when the budget cannot be met otherwise; the order in which they are listed is the order in which they are tried. */
export const ESCALATIONS = ['throttle', 'post-copy', 'pause', 'abort'] as const;
export type Escalation = (typeof ESCALATIONS)[number];

/** A finished pass: one round of pre-copy over the pages that were dirty when it began. */
export interface Pass {
  /** 1 for the first one, which sends the whole memory. */
  readonly number: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** What it had to send, in bytes: found dirty at its start. */
  readonly dirtyBytes: number;
  /** What was found dirty at its end, and so is what the next pass has to send. */
  readonly dirtiedBytes: number;
}

/**
 * All that a policy sees of a migration. It reads no clock and keeps no time of its own, so that the same views always lead to the same
 * decisions. Times count from the start of the job.
 */
export interface View {
  readonly elapsedMs: number;
  /** The pass that is under way, 1 for the first. A true pass, not one of QEMU's syncs. */
  readonly pass: number;
  /** True in the first view of each pass but the first: the only moments at which `memoryRemainingBytes` is the whole of what is dirty. */
  readonly atPassBoundary: boolean;
  /** QEMU's own count, libvirt's "iteration": with auto-converge it grows in mid-pass as well, and it need not begin at 0. */
  readonly syncs: number;
  readonly memoryTotalBytes: number;
  readonly memoryRemainingBytes: number;
  readonly memoryProcessedBytes: number;
  readonly diskTotalBytes: number;
  readonly diskRemainingBytes: number;
  /** Found dirty at the last pass boundary; undefined in the first pass. */
  readonly dirtyBytes: number | undefined;
  /** Speed of the memory stream from differences of processed bytes, smoothed; undefined before there are two samples. */
  readonly linkBytesPerSecond: number | undefined;
  /** The same between the last two samples alone; 0 in a stall. */
  readonly rawLinkBytesPerSecond: number | undefined;
  /** Bytes found dirty at the last boundary over the time since the sync before it; undefined in the first pass. A set that is rewritten whole in that time hides a higher rate. */
  readonly dirtiedBytesPerSecond: number | undefined;
  /** The pause if the guest were stopped at the last boundary: `dirtyBytes` over the link's speed, plus `fixedPauseMs`. */
  readonly expectedPauseMs: number | undefined;
  /** What a stop costs with nothing left to send, learnt for the pair of hosts and the guest. */
  readonly fixedPauseMs: number;
  /** The downtime limit in force, in milliseconds; while the switchover is held, the one that was wanted last. */
  readonly downtimeLimitMs: number;
  /** The cap on the memory stream; undefined when there is none. */
  readonly bandwidthBytesPerSecond: number | undefined;
  /** The fraction of CPU time that is being taken from the guest. */
  readonly throttle: number;
  /** The passes that are finished, oldest first; the engine keeps at least the last 32. */
  readonly passes: readonly Pass[];
  readonly budget: Budget;
  readonly escalate: readonly Escalation[];
  readonly can: Capabilities;
  readonly postCopyActive: boolean;
  /** The guest was suspended by an action of this policy and waits for the rest to be sent. */
  readonly paused: boolean;
}

/** Which actuators were set up for this migration. */
export interface Capabilities {
  /** The throttle can be set in flight, through the monitor. */
  readonly throttle: boolean;
  /** QEMU throttles by its own rule: auto-converge was turned on at the start. */
  readonly autoConverge: boolean;
  /** Post-copy was made possible at the start. */
  readonly postCopy: boolean;
}

/** What is known before the start. */
export interface Situation {
  readonly memoryTotalBytes: number;
  readonly diskTotalBytes: number;
  /** Speed of the link in bytes per second, from history or a probe. */
  readonly linkBytesPerSecond?: number;
  /** How fast the guest dirties memory, in bytes per second. */
  readonly dirtiedBytesPerSecond?: number;
  readonly budget: Budget;
  readonly escalate: readonly Escalation[];
}
