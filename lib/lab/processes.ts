import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { hasErrno, isMissing } from './files.js';

const WAIT_LIMIT_MS = 10_000;
const POLL_MS = 10;

/** One process of the machine, as /proc shows it. */
export interface ProcessInfo {
  /** Process id as this process sees it: what `process.kill` takes. */
  pid: number;
  /** Process id inside the innermost PID namespace. */
  innerPid: number;
  /** Name of the program, cut to 15 characters by the kernel. */
  command: string;
  argv: string[];
  /** Whether it has ended and only waits to be reaped. */
  isZombie: boolean;
  /** Whether a signal has stopped it. */
  isStopped: boolean;
  pidNamespace: string | undefined;
  networkNamespace: string | undefined;
}

/** All processes of the machine. Those that end meanwhile are left out. */
export async function listProcesses(): Promise<ProcessInfo[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => inspectProcess(Number(pid))));
  return found.filter((info) => info !== undefined);
}

export async function inspectProcess(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const [status, commandLine, pidNamespace, networkNamespace] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      namespaceOf(pid, 'pid'),
      namespaceOf(pid, 'net'),
    ]);
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    return {
      pid,
      innerPid: Number(field('NSpid').split(/\s+/).at(-1)),
      command: field('Name'),
      argv: commandLine.split('\0').slice(0, -1),
      isZombie: /^[ZX]/.test(field('State')),
      isStopped: /^T/.test(field('State')),
      pidNamespace,
      networkNamespace,
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `undefined` for a zombie, which has left its namespaces, and for a process that even root may not look into: neither is ours. */
async function namespaceOf(pid: number, kind: 'pid' | 'net'): Promise<string | undefined> {
  try {
    return await readlink(`/proc/${pid}/ns/${kind}`);
  } catch (error) {
    if (isMissing(error) || hasErrno(error, 'EACCES')) return undefined;
    throw error;
  }
}

/** Sends a signal; `false` when the process is gone already. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Waits until a process has ended, be it reaped or not. Its memory, files and namespaces are gone by then. */
export function processEnd(pid: number): Promise<boolean> {
  return waitUntil(async () => (await inspectProcess(pid))?.isZombie ?? true);
}

/** Waits until a process has been reaped, which is its parent's business and may take the machine's init seconds. */
export function processReaped(pid: number): Promise<boolean> {
  return waitUntil(async () => (await inspectProcess(pid)) === undefined);
}

/** Waits until a signal has stopped a process, or has let it go on; or it has ended. */
export function processStopped(pid: number, isStopped: boolean): Promise<boolean> {
  return waitUntil(async () => {
    const info = await inspectProcess(pid);
    return info === undefined || info.isZombie || info.isStopped === isStopped;
  });
}

async function waitUntil(condition: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + WAIT_LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > end) return false;
    await delay(POLL_MS);
  }
  return true;
}
