import type { Domain } from '../libvirt/index.js';
import type { Sides } from './connect.js';
import type { ResolvedOptions } from './options.js';

/** Where a run takes its guest and its job from when another process has made libvirt's call. */
export interface Course {
  find(sides: Sides, options: ResolvedOptions): Promise<Domain>;
  /** Settles when the job is over, as the call would have done. */
  follow(sides: Sides, guest: Domain): Promise<unknown>;
}
