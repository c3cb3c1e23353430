import { STANDINGS, type Standing } from './standing.js';

/** How a guest stands on a host, in the groups in which the recovery table speaks of it. */

export const except = (...left: Standing[]): Standing[] => STANDINGS.filter((standing) => !left.includes(standing));

export const answering = except('unreachable');
/** What says something by itself and lasts. */
export const settled = except('unreachable', 'unclear', 'busy');
export const postCopy: Standing[] = ['post-copy', 'post-copy-failed'];
export const gone: Standing[] = ['absent', 'ended'];
/** vCPUs execute on the host. */
export const executing: Standing[] = ['running', 'migrating', 'starting'];
/** Seen on the source: a migration in the other direction. */
export const arriving: Standing[] = ['receiving', 'starting'];
/** Stopped on the source by something that is no migration. */
export const heldBack: Standing[] = ['paused', 'halted'];
/** There on the destination, without having run as far as can be seen. */
export const waiting: Standing[] = ['receiving', 'paused', 'stopped'];
export const settledButPostCopy = settled.filter((standing) => !postCopy.includes(standing));
