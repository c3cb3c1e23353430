import type { Escalation } from '../policy/index.js';
import type { PreflightFacts } from './preflight/facts.js';

export const SAFETIES = ['auto', 'strict', 'guarded'] as const;

/** How it is made sure that the guest never runs twice; see `MigrateOptions.safety`. */
export type Safety = (typeof SAFETIES)[number];

/** Sources of disks on which QEMU itself takes a lock that other hosts see, given a file system that both reach. */
const LOCKED_BY_QEMU: ReadonlySet<string> = new Set(['file']);

/**
 * What `auto` comes to: strict where a guest that ran twice would write to the same disk unhindered. Not with post-copy, for which the
 * guest has to run on the destination before the source is done. Pure.
 */
export function resolveSafety(
  safety: Safety,
  guest: PreflightFacts['guest'],
  escalate: readonly Escalation[],
): Exclude<Safety, 'auto'> {
  if (safety !== 'auto') return safety;
  const isUnguarded = guest?.disks.some(
    ({ type, readOnly, shareable }) => !readOnly && !shareable && !LOCKED_BY_QEMU.has(type),
  );
  return isUnguarded && !escalate.includes('post-copy') ? 'strict' : 'guarded';
}
