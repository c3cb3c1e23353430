import { mkdir, readFile } from 'node:fs/promises';

/** Nobody removes a directory so often by chance: it cannot be made. */
const MOST_ATTEMPTS = 1000;

/** Whether a system call failed because the file, or the process behind a file of /proc, is not there. */
export function isMissing(error: unknown): boolean {
  return hasErrno(error, 'ENOENT') || hasErrno(error, 'ESRCH');
}

export function hasErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** A file's text, `undefined` when it is not there. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Makes a directory that others share, and does something in it. Whoever leaves it last removes it, at any moment: before the work is done, and even while
 * it is looked whether it is there.
 */
export async function inSharedDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mkdir(directory, { recursive: true });
      return await work();
    } catch (error) {
      if (!isMissing(error) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}
