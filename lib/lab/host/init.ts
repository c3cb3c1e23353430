import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError } from '../errors.js';
import { cacheDirectory } from '../guest/files.js';
import { sourceDirectory } from '../guest/programs.js';
import { namespacePath } from '../names.js';
import { listProcesses, type ProcessInfo, processEnd, signalProcess } from '../processes.js';
import { run } from '../run.js';

const PROGRAM = 'precopy-lab-init';

/** A directory or file of the node, and what it covers in the node's view of the file system. */
export interface Bind {
  source: string;
  target: string;
}

let ensured: Promise<string> | undefined;

/** Compiles the init program of the lab's nodes, unless that has been done before, and gives its path. */
export function ensureInit(): Promise<string> {
  // Once a process: the nodes of a lab start side by side, and two compilers must not write one file.
  ensured ??= compileInit();
  return ensured;
}

async function compileInit(): Promise<string> {
  const source = join(sourceDirectory(), 'host/init.c');
  const hash = createHash('sha256')
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16);
  const directory = join(cacheDirectory(), `init-${hash}`);
  const program = join(directory, PROGRAM);
  const isBuilt = await access(program).then(
    () => true,
    () => false,
  );
  if (isBuilt) return program;
  await mkdir(directory, { recursive: true });
  // Renamed when it is complete: another lab may be doing the same at this moment.
  const draft = `${program}.${process.pid}`;
  await run(['gcc', '-std=gnu17', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-o', draft, source]);
  await rename(draft, program);
  return program;
}

/** Starts a node in its network namespace. It outlives this process. */
export async function startInit(mark: string, binds: readonly Bind[], signal?: AbortSignal): Promise<void> {
  const program = await ensureInit();
  await run([program, mark, namespacePath(mark), mark, ...binds.flatMap(({ source, target }) => [source, target])], {
    signal,
  });
}

/** The running init processes among these, by the mark in their arguments. */
export function findInits(processes: readonly ProcessInfo[]): Map<string, ProcessInfo> {
  const inits = new Map<string, ProcessInfo>();
  for (const info of processes) {
    const [program = '', mark] = info.argv;
    // Its parent, which ends as soon as the node is ready, has the same arguments but is not process 1 of anything.
    if (basename(program) === PROGRAM && mark !== undefined && info.innerPid === 1 && !info.isZombie)
      inits.set(mark, info);
  }
  return inits;
}

export async function findInit(mark: string): Promise<ProcessInfo | undefined> {
  return findInits(await listProcesses()).get(mark);
}

/** Takes a node away with everything that runs in it, as a power failure would. Gives the process that was its init, which may be a zombie yet. */
export async function killInit(mark: string): Promise<number | undefined> {
  const init = await findInit(mark);
  if (init === undefined || !signalProcess(init.pid, 'SIGKILL')) return undefined;
  if (await processEnd(init.pid)) return init.pid;
  throw new LabError('ERR_PRECOPY_LAB_BROKEN', `Process ${init.pid}, the init of ${mark}, does not end.`, {
    remedy: 'Look for a process in it that hangs in the kernel (state D).',
  });
}
