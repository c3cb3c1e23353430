import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Guest, Host, Lab } from '../../lib/lab/index.js';
import { moveOptions, stillBeats, virshSees } from '../lab/moving.js';

/** Ways to end a process, or the worker in it, that must harm neither the process nor the guest. */
export const WAYS_TO_END = ['exit', 'throw', 'terminate', 'collect'] as const;

export type WayToEnd = (typeof WAYS_TO_END)[number];

/** What a process is to exit with: an uncaught exception is Node's own 1, never a signal. */
const EXPECTED_EXIT: Record<WayToEnd, number> = { exit: 0, throw: 1, terminate: 0, collect: 0 };

/** A process that has not ended by then hangs. */
const HANG_MS = 60_000;

/** How long the daemons may take to end or to roll back what the client has left behind. */
const SETTLE_MS = 60_000;

/** What became of the process and of the guest; `trouble` is empty when all is as it must be. */
export interface MidMigrationEnd {
  way: WayToEnd;
  control: 'peer-to-peer' | 'direct';
  owner: string[];
  trouble: string[];
}

/** Ends a process in mid-migration and looks who owns the guest afterwards: one host, wherever it was before. */
export async function endInMidMigration(
  lab: Lab,
  guest: Guest,
  way: WayToEnd,
  control: MidMigrationEnd['control'],
): Promise<MidMigrationEnd> {
  const [from] = await guest.locate();
  const to = lab.hosts.find((host) => host !== from);
  if (from === undefined || to === undefined)
    return { way, control, owner: [], trouble: ['the guest was nowhere before'] };

  const trouble: string[] = [];
  const { exit, stderr } = await runChild(way, JSON.stringify(moveOptions(guest.name, from, to, control)));
  if (exit !== EXPECTED_EXIT[way])
    trouble.push(`the process ended with ${exit}, not ${EXPECTED_EXIT[way]}: ${stderr.slice(-500)}`);

  const owner = await settledOwner(guest, lab.hosts);
  if (owner.length !== 1) trouble.push(`the guest runs on [${owner}]`);
  else {
    const { badPages, clockWentBack } = await stillBeats(guest);
    if (badPages > 0 || clockWentBack) trouble.push(`${badPages} bad pages, clock went back: ${clockWentBack}`);
  }
  return { way, control, owner, trouble };
}

function runChild(way: WayToEnd, options: string): Promise<{ exit: number | string; stderr: string }> {
  const script = fileURLToPath(new URL('./mid-migration-child.js', import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [script, way, options],
      { timeout: HANG_MS, killSignal: 'SIGKILL' },
      (_error, _stdout, stderr) => resolve({ exit: child.signalCode ?? child.exitCode ?? 'nothing', stderr }),
    );
  });
}

/** Where virsh sees the guest once no host has a part of a migration any more. */
async function settledOwner(guest: Guest, hosts: readonly Host[]): Promise<string[]> {
  const giveUpAt = performance.now() + SETTLE_MS;
  for (;;) {
    const places = await guest.locate();
    const running = await virshSees(guest.name, hosts);
    if ((places.length === 1 && running.length === 1) || performance.now() > giveUpAt) return running;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
