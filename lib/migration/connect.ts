import { PrecopyError } from '../errors.js';
import type { Domain } from '../libvirt/index.js';
import type { ResolvedOptions } from './options.js';
import { Side, uriOf } from './side.js';

/** Both hosts of a migration, open and identified. */
export interface Sides {
  source: Side;
  destination: Side;
}

/** Opens both hosts at once; when one fails the other is closed again, and the source's error comes first. */
export async function connectSides({ source, destination, deadlines }: ResolvedOptions): Promise<Sides> {
  const [first, second] = await Promise.allSettled([
    Side.connect('source', source, deadlines),
    Side.connect('destination', destination, deadlines),
  ]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') {
    return { source: first.value, destination: second.value };
  }
  if (first.status === 'fulfilled') await first.value.close();
  if (second.status === 'fulfilled') await second.value.close();
  throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
}

/**
 * Checks that the hosts are two and that the guest runs on one of them alone.
 *
 * @returns the guest, on the source's control connection
 * @throws PrecopyError `ERR_PRECOPY_SAME_HOST`, `…_DOMAIN_NOT_FOUND`, `…_DOMAIN_NOT_RUNNING`, `…_DOMAIN_EXISTS`
 */
export async function findGuest({ source, destination }: Sides, options: ResolvedOptions): Promise<Domain> {
  if (source.identity.hostUuid === destination.identity.hostUuid) {
    throw new PrecopyError(
      'ERR_PRECOPY_SAME_HOST',
      `Source ${uriOf(options.source)} and destination ${uriOf(options.destination)} are the same host: ${source.identity.hostname}, UUID ${source.identity.hostUuid}`,
      { remedy: 'Name another host as the destination.' },
    );
  }
  const domain = await source.findDomain(options.domain);
  if (domain === undefined) {
    throw new PrecopyError(
      'ERR_PRECOPY_DOMAIN_NOT_FOUND',
      `There is no guest '${options.domain}' on the source ${source.identity.hostname}`,
      { remedy: "List the source's guests and name one of them." },
    );
  }
  const [here, there] = await Promise.all([source.observe(domain.uuid), destination.observe(domain.uuid)]);
  if (here.seen !== 'present') {
    throw new PrecopyError(
      'ERR_PRECOPY_DOMAIN_NOT_RUNNING',
      `The guest '${domain.name}' is not running on the source ${source.identity.hostname}`,
      { remedy: 'Start it, or name the host where it runs.' },
    );
  }
  if (there.seen === 'present') {
    throw new PrecopyError(
      'ERR_PRECOPY_DOMAIN_EXISTS',
      `The destination ${destination.identity.hostname} already has an active guest with the UUID ${domain.uuid} (${there.state}, ${there.reason})`,
      { remedy: 'Find out which of the two is the real one before anything is moved.' },
    );
  }
  return domain;
}
