import { PrecopyError } from '../errors.js';
import type { Domain } from '../libvirt/index.js';
import type { MigrationEvent } from './events.js';
import type { ResolvedOptions } from './options.js';
import { Side } from './side.js';
import { orAborted } from './until.js';

/** Both hosts of a migration, open and identified. */
export interface Sides {
  source: Side;
  destination: Side;
}

/**
 * Opens both hosts at once. Once the source fails nobody waits for the destination; when the destination fails the source is closed again.
 *
 * @param until - when it aborts nobody waits for a host that does not answer
 * @throws PrecopyError `ERR_PRECOPY_UNREACHABLE`, `ERR_PRECOPY_DEADLINE`, `ERR_PRECOPY_ABORTED`
 */
export async function connectSides(
  { source, destination, deadlines }: ResolvedOptions,
  until?: AbortSignal,
): Promise<Sides> {
  const opening = [
    Side.connect('source', source, deadlines),
    Side.connect('destination', destination, deadlines),
  ] as const;
  try {
    const [here, there] = await orAborted(Promise.all(opening), until);
    return { source: here, destination: there };
  } catch (error) {
    // What opens after all has nobody else who would close it.
    for (const side of opening) side.then((late) => late.close()).catch(() => {});
    throw error;
  }
}

/** Who takes part in a migration. */
export function identitiesOf(
  { name, uuid }: Domain,
  { source, destination }: Sides,
): Omit<Extract<MigrationEvent, { type: 'connected' }>, 'type' | 'atMs'> {
  return { domain: { name, uuid }, source: source.identity, destination: destination.identity };
}

/**
 * The guest on this side's control connection.
 *
 * @throws PrecopyError `ERR_PRECOPY_DOMAIN_NOT_FOUND`
 */
export async function requireGuest(side: Side, nameOrUuid: string): Promise<Domain> {
  const domain = await side.findDomain(nameOrUuid);
  if (domain !== undefined) return domain;
  throw new PrecopyError(
    'ERR_PRECOPY_DOMAIN_NOT_FOUND',
    `There is no guest '${nameOrUuid}' on the ${side.role} ${side.identity.hostname}`,
    { remedy: `List the ${side.role}'s guests and name one of them.` },
  );
}
