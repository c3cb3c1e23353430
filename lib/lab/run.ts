import { spawn } from 'node:child_process';
import { LabError } from './errors.js';

/** Where the lab looks for programs, in the form of PATH: ip, tc and libvirtd are not on everybody's. */
export const PROGRAM_PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(':');

export interface RunOptions {
  /** Written to the command's standard input, which is empty otherwise. */
  input?: string;
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** Kills the command with SIGKILL. */
  signal?: AbortSignal | undefined;
}

export interface RunResult {
  /** `null` when a signal ended the command. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, whatever its exit code. Fails only when it cannot be started or the signal fires. */
export function runToEnd(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [command, ...args] = argv;
  if (command === undefined) throw new TypeError('The command is empty.');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A library that is preloaded into this process, such as a sanitizer, is not for the system's tools.
      env: { ...process.env, LD_PRELOAD: undefined, PATH: PROGRAM_PATH, ...options.env },
      killSignal: 'SIGKILL',
      ...(options.signal && { signal: options.signal }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // A command that ends without reading its input breaks the pipe; its exit code tells why.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/**
 * Runs a command and gives its standard output.
 *
 * @throws LabError `ERR_PRECOPY_LAB_COMMAND` with what it wrote to standard error, when its exit code is not 0.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await runToEnd(argv, options);
  if (exitCode === 0) return stdout;
  const said = stderr.trim() || stdout.trim() || `exit code ${exitCode}`;
  throw new LabError('ERR_PRECOPY_LAB_COMMAND', `\`${argv.join(' ')}\` failed: ${said}`);
}
