import type { Domain } from '../libvirt/index.js';
import type { Sides } from './connect.js';
import type { ResolvedOptions } from './options.js';
import { preflightSides, requirePreflight } from './preflight/index.js';
import type { Reporter } from './reporter.js';
import { resolveSafety } from './safety.js';
import { orAborted } from './until.js';

/** What the preflight checks of a run came to. */
export interface Examination {
  /** Known even where it must not be moved, so that the result can say where it is. */
  guest: Domain | undefined;
  safety: 'strict' | 'guarded';
  wasPaused: boolean;
  /** It runs without KVM. */
  isEmulated: boolean;
  /** Throws everything that stands in the way, at once. */
  admit: () => void;
}

/**
 * Looks at both hosts and the guest before anything is touched; warnings are told, what forbids the move is for `admit()` to throw.
 *
 * @param until - when it aborts nobody waits for the answers
 * @throws PrecopyError `ERR_PRECOPY_ABORTED`
 */
export async function examine(
  sides: Sides,
  options: ResolvedOptions,
  reporter: Reporter,
  until: AbortSignal,
): Promise<Examination> {
  const report = await orAborted(preflightSides(sides, options), until);
  for (const { severity, code, message } of report.findings) {
    if (severity === 'warning') reporter.warn({ code, message });
  }
  const { guest } = report.facts;
  const has = (wanted: string) => report.findings.some(({ code }) => code === wanted);
  return {
    // One host asked twice would seem to be two.
    guest: guest && !has('same-host') ? await sides.source.findDomain(guest.uuid) : undefined,
    safety: resolveSafety(options.safety, guest, options.escalate),
    wasPaused: has('paused'),
    isEmulated: guest?.virtualizationType !== 'kvm',
    admit: () => requirePreflight(report),
  };
}
