import type { Action, Budget, Escalation, Note, Policy, Situation } from '../policy/index.js';
import type { Workload } from './workload.js';

/** The speed of the link from a moment on. */
export interface LinkSegment {
  readonly fromMs: number;
  readonly bytesPerSecond: number;
}

/** What is simulated. */
export interface Scenario {
  readonly policy: Policy;
  readonly workload: Workload;
  /** In bytes per second, or a link whose speed changes, in the order of time. */
  readonly link: number | readonly [LinkSegment, ...LinkSegment[]];
  /** The size of the guest's memory. */
  readonly memoryBytes: number;
  /** How much of it is not zero, and so has to be sent; default all of it. */
  readonly usedBytes?: number;
  readonly budget?: Budget;
  /** Default none. */
  readonly escalate?: readonly Escalation[];
  /** Whether the throttle can be set in flight. Default false. */
  readonly monitor?: boolean;
  /** Whether the policy knows link and dirty rate before the start, from a measurement of a second as the engine makes one. Default false. */
  readonly isForecast?: boolean;
  /** What the policy knows before the start, where that is another thing. */
  readonly known?: Pick<Situation, 'linkBytesPerSecond' | 'dirtiedBytesPerSecond'>;
  /** What a stop costs with nothing left to send, in milliseconds. Default 50. */
  readonly fixedPauseMs?: number;
  /** The same of the stop at which post-copy begins, in milliseconds. Default `fixedPauseMs`. */
  readonly postCopyPauseMs?: number;
  /** Whether the guest was too busy for a soft landing when it was moved last. Default false. */
  readonly isKnownBusy?: boolean;
  /** How often the policy looks between pass boundaries, in milliseconds. Default 100, QEMU's own granularity. */
  readonly sampleMs?: number;
  /** What a sync of the dirty bitmap takes, in milliseconds, in which the guest stands still; no pass is shorter. Default 2. */
  readonly syncMs?: number;
  /** How long the guest writes nothing after a sync, in milliseconds: under TCG it has to translate anew. Default 0. */
  readonly stallMs?: number;
  /** Where the simulation ends if the migration does not, in milliseconds. Default one hour. */
  readonly endMs?: number;
}

export interface SimulatedDecision {
  readonly atMs: number;
  readonly pass: number;
  /** The soft landing comes before the policy. */
  readonly by: 'policy' | 'landing';
  readonly action: Action;
}

export interface SimulationResult {
  /** `unfinished` where it ran to `endMs`. */
  readonly outcome: 'completed' | 'aborted' | 'unfinished';
  /** Everything, in milliseconds. */
  readonly totalMs: number;
  /** The time in which the guest ran nowhere; 0 unless it completed. */
  readonly pauseMs: number;
  /** True passes that were begun before the stop. */
  readonly passes: number;
  /** QEMU's count. */
  readonly syncs: number;
  readonly sentBytes: number;
  /** Guest work that the throttle took, in milliseconds of the whole guest; the pause is not in it. */
  readonly lostMs: number;
  readonly throttle: number;
  readonly isPostCopy: boolean;
  readonly decisions: readonly SimulatedDecision[];
  readonly notes: readonly (Note & { readonly atMs: number })[];
}
