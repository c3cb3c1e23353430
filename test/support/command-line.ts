import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../lib/lab/index.js';
import type { MigrationEvent } from '../../lib/migration/index.js';

const PROGRAM = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

/** No command that a test waits for takes nearly so long, in milliseconds. */
const END_MS = 120_000;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts `precopy`, without a terminal. */
export function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a command that was started has said, once it has ended; one that does not is killed, and what it said by then is the error. */
export async function end(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('no pipes');
  let isOverdue = false;
  const overdue = setTimeout(() => {
    isOverdue = child.kill('SIGKILL');
  }, END_MS);
  const [out, err] = await Promise.all([text(stdout), text(stderr), once(child, 'close')]);
  clearTimeout(overdue);
  if (isOverdue) throw new Error(`${child.spawnargs.join(' ')} did not end within ${END_MS} ms:\n${out}\n${err}`);
  return { code: child.exitCode, stdout: out, stderr: err };
}

/** Runs `precopy` to its end. */
export function precopy(...args: string[]): Promise<Ended> {
  return end(start(args));
}

/** Runs it in a terminal of so many columns, as \`script\` gives one; what is typed is read from `keys`. */
export function startInTerminal(columns: number, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
  // In the shell's place: not every one of them outlives the Ctrl-C that its command copes with.
  return spawn('script', ['-qefc', `stty cols ${columns} rows 40; exec ${words}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', TERM: 'xterm', ...env },
  });
}

/** Calls back with each event of a command that was started with --json. */
export function onEvent(child: ChildProcess, listener: (event: MigrationEvent) => void): void {
  if (child.stdout === null) throw new Error('no pipe');
  createInterface({ input: child.stdout }).on('line', (line) => listener(JSON.parse(line)));
}

/** The flags that name both hosts. */
export function hostFlags(from: Host, to: Host): string[] {
  return [
    ...['--source', from.endpoint.uri, '--source-socket', from.endpoint.socketPath],
    ...['--destination', to.endpoint.uri, '--destination-socket', to.endpoint.socketPath],
  ];
}

/** The flags of a move between two hosts of a lab. */
export function moveFlags(from: Host, to: Host, control: 'peer-to-peer' | 'direct' = 'peer-to-peer'): string[] {
  const peer = control === 'direct' ? [] : ['--peer-uri', to.peerUri];
  return [...hostFlags(from, to), '--control', control, ...peer, '--migrate-uri', to.migrateUri];
}
