import { PrecopyError } from '../errors.js';

/** Settles as `work` does, or resolves with `instead` as soon as the signal aborts; the work itself goes on. */
export async function unlessAborted<T, Instead>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  instead: Instead,
): Promise<T | Instead> {
  if (signal === undefined) return work;
  const settled = new AbortController();
  const aborted = new Promise<Instead>((resolve) => {
    if (signal.aborted) resolve(instead);
    signal.addEventListener('abort', () => resolve(instead), { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    settled.abort();
  }
}

const ABORTED = Symbol('aborted');

/**
 * Settles as `work` does, which touches nothing: a host that does not answer must not keep somebody waiting who wants no more.
 *
 * @throws PrecopyError `ERR_PRECOPY_ABORTED` as soon as the signal aborts
 */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const result = await unlessAborted(work, signal, ABORTED);
  if (result === ABORTED) throw new PrecopyError('ERR_PRECOPY_ABORTED', `Aborted: ${reasonOf(signal)}`);
  return result;
}

/** Why a signal has aborted, in words. */
export function reasonOf(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  if (reason instanceof Error) return reason.message;
  try {
    return String(reason);
  } catch {
    // An object that is no string, nor wants to be one.
    return 'no reason that could be told';
  }
}
