import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type HookContext, type HookName, Veto } from '../migration/index.js';
import type { HookFlag } from './hook-flags.js';
import { toJson } from './json.js';

/** How long a command that is told to end may take before it is killed, in milliseconds. */
const GRACE_MS = 2000;

const running = new Set<Promise<unknown>>();

/** Resolves when every hook has ended, those among them that were told to: they may have something to put right. */
export async function hooksEnded(): Promise<void> {
  await Promise.allSettled(running);
}

/**
 * A hook that runs a command in a shell. The command is told who and where in its environment (`PRECOPY_HOOK`, `PRECOPY_DOMAIN`,
 * `PRECOPY_UUID`, `PRECOPY_SOURCE`, `PRECOPY_DESTINATION`) and everything as one line of JSON on its standard input. When it ends with
 * another code than 0, that is a veto, and the last line that it wrote to its standard error is the reason.
 *
 * @param say - told each line that the command writes
 */
export function commandHook({ name, flag }: HookFlag, command: string, say: (line: string) => void) {
  return async (context: HookContext): Promise<undefined> => {
    const { guest, source, destination, signal } = context;
    // A group of its own: Ctrl-C on the terminal is for the migration, which ends the hook in order.
    const child = spawn(command, {
      ...{ shell: true, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
      env: {
        ...process.env,
        ...{ PRECOPY_HOOK: name, PRECOPY_DOMAIN: guest.name, PRECOPY_UUID: guest.uuid ?? '' },
        ...{ PRECOPY_SOURCE: source?.hostname ?? '', PRECOPY_DESTINATION: destination?.hostname ?? '' },
      },
    });
    const kill = (deadly: NodeJS.Signals) => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killGroup(child.pid, deadly);
    };
    const end = () => {
      kill('SIGTERM');
      setTimeout(() => kill('SIGKILL'), GRACE_MS).unref();
    };
    const endAtOnce = () => kill('SIGKILL');
    signal.addEventListener('abort', end, { once: true });
    process.once('exit', endAtOnce);
    let lastError = '';
    createInterface({ input: child.stdout }).on('line', (line) => say(`${flag.slice(2)}: ${line}`));
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastError = line;
      say(`${flag.slice(2)}: ${line}`);
    });
    // A command that does not read what it is told is fine.
    child.stdin.on('error', () => {});
    child.stdin.end(`${toJson(told(name, context))}\n`);
    const closed = once(child, 'close');
    running.add(closed);
    try {
      const [code, deadly] = await closed;
      if (code !== 0) throw new Veto(lastError || `the command ended with ${deadly ?? `exit code ${code}`}`);
      return undefined;
    } finally {
      process.off('exit', endAtOnce);
      running.delete(closed);
    }
  };
}

/** The context as it can be told to another process: without the guest's handle and the signal. */
function told(hook: HookName, context: HookContext): object {
  return { hook, ...context, signal: undefined, domain: undefined };
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in between.
  }
}
