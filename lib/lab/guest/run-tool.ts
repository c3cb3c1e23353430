import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GuestError } from './errors.js';

const run = promisify(execFile);

/**
 * Runs a tool that building the guests needs and gives its standard output.
 *
 * @throws GuestError `ERR_PRECOPY_GUEST_FILES` with what the tool said
 */
export async function runTool(tool: string, args: readonly string[], options: { cwd?: string } = {}): Promise<string> {
  try {
    const { stdout } = await run(tool, args, {
      ...options,
      maxBuffer: 64 * 1024 ** 2,
      env: { ...process.env, LC_ALL: 'C' },
    });
    return stdout;
  } catch (error) {
    throw new GuestError('ERR_PRECOPY_GUEST_FILES', `${tool} failed: ${describe(error)}`, {
      remedy: 'Run `npm run setup`, which installs the tools that the guests are built with.',
      cause: error,
    });
  }
}

function describe(error: unknown): string {
  const said =
    error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  if (said !== '') return said;
  return error instanceof Error ? error.message : String(error);
}
