import { connectSides, type Sides } from '../connect.js';
import { type MigrateOptions, type ResolvedOptions, resolveOptions } from '../options.js';
import type { RequestFacts } from './facts.js';
import { gatherFacts } from './gather.js';
import { judgePreflight, type PreflightReport } from './report.js';

/** What of a migration's options preflight looks at. */
export type PreflightRequest = Pick<
  ResolvedOptions,
  | 'mode'
  | 'domain'
  | 'transport'
  | 'deadlines'
  | 'destinationName'
  | 'destinationXml'
  | 'copyDisks'
  | 'allowUnsafe'
  | 'budget'
  | 'escalate'
  | 'safety'
  | 'allow'
>;

/**
 * Finds out what stands in the way of a migration, all of it at once, and changes nothing: neither host is written to, and no
 * connection is made but those to the two daemons.
 *
 * ```ts
 * const { ok, findings } = await preflight({ source: 'qemu+tls://a/system', destination: 'qemu+tls://b/system', domain: 'db1' });
 * for (const { severity, code, message, remedy } of findings) console.log(severity, code, message, remedy);
 * ```
 *
 * @throws InvalidArgumentError when an option is not as it must be; PrecopyError `ERR_PRECOPY_UNREACHABLE` or `…_DEADLINE` when a host
 *   cannot be reached. What goes wrong after that is a finding.
 */
export async function preflight(options: MigrateOptions): Promise<PreflightReport> {
  const request = resolveOptions(options);
  const sides = await connectSides(request);
  try {
    return await preflightSides(sides, request);
  } finally {
    await Promise.all([sides.source.close(), sides.destination.close()]);
  }
}

/** The same for hosts that are connected already; they stay open. Never throws for what a host says or does not say. */
export async function preflightSides(sides: Sides, request: PreflightRequest): Promise<PreflightReport> {
  const { destinationXml, deadlines, allowUnsafe, allow } = request;
  const facts = await gatherFacts(sides, {
    request: requestFacts(sides, request),
    destinationXml,
    callMs: deadlines.callMs,
  });
  return judgePreflight(facts, allowUnsafe ? [...allow, 'disk-cache-unsafe'] : allow);
}

function requestFacts({ destination }: Sides, request: PreflightRequest): RequestFacts {
  const { mode, domain, transport, destinationName, copyDisks, budget, escalate, safety } = request;
  return {
    mode,
    domain,
    transport,
    destinationUri: destination.data.uri,
    budget,
    escalate,
    safety,
    ...(destinationName === undefined ? {} : { destinationName }),
    ...(copyDisks === undefined ? {} : { copyDisks }),
  };
}
