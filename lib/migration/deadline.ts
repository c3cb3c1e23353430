import { PrecopyError } from '../errors.js';

/**
 * Settles as `work` does, or rejects with `ERR_PRECOPY_DEADLINE` after `milliseconds`. The work itself goes on: a call into libvirt
 * cannot be interrupted, only be no longer waited for.
 */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new PrecopyError('ERR_PRECOPY_DEADLINE', `${what} did not finish within ${milliseconds} ms`, {
          remedy: 'Look whether the host and its libvirt daemon still answer.',
        }),
      );
    }, milliseconds);
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
