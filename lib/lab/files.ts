import { readFile } from 'node:fs/promises';

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
