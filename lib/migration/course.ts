import type { Domain } from '../libvirt/index.js';
import type { Sides } from './connect.js';
import type { ResolvedOptions } from './options.js';

/** Where a run takes its guest and its job from when another process has made libvirt's call. */
export interface Course {
  /** The guest was paused before it was moved, and stays so. */
  readonly wasPaused: boolean;
  /** Whether what slows the stream is lifted: whoever set it is dead. */
  readonly lifts: boolean;
  find(sides: Sides, options: ResolvedOptions): Promise<Domain>;
  /** Settles when the job is over, as the call would have done; `over` aborts when nobody waits for that any more. */
  follow(sides: Sides, guest: Domain, over: AbortSignal): Promise<unknown>;
}
