import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How often each test repeats what it does: `npm run stress` asks for more. */
export const ROUNDS = Number(process.env.PRECOPY_STRESS_ROUNDS ?? 3);

/** Long enough for a slow machine with sanitizers; a process that is still there then hangs. */
const LIMIT_MS = 120_000;

/** Runs a program of `fixtures/` in a process of its own: the only way to see how one ends. */
export async function runFixture(
  name: string,
  args: readonly string[] = [],
  nodeArgs: readonly string[] = [],
): Promise<Outcome> {
  const file = fileURLToPath(new URL(`./fixtures/${name}.js`, import.meta.url));
  // What a process that is ended in the midst leaves behind is removed with this.
  const temporary = mkdtempSync(join(tmpdir(), 'precopy-fixture-'));
  const child = spawn(process.execPath, [...nodeArgs, file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TMPDIR: temporary,
      // Not tap's loaders: the fixture is to run as a user's program does.
      NODE_OPTIONS: '',
      // Where process.exit() abandons V8's heap on purpose, what leaks means nothing.
      ...(name === 'exit' && { ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0` }),
    },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  clearTimeout(timer);
  rmSync(temporary, { recursive: true, force: true });
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
}
