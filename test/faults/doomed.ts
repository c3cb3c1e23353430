import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Guest, Host, Lab } from '../../lib/lab/index.js';
import type { MigrateOptions, Phase } from '../../lib/migration/index.js';

const CHILD = fileURLToPath(new URL('./doomed-child.js', import.meta.url));

/** A directory for journals that goes with the test. */
export function journalDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'precopy-journals-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * Migrates in a process that is killed (SIGKILL) as it enters the phase; `hold`: as it begins to hold the switchover; `arrival`: when the guest
 * stands stopped on the destination.
 */
export async function dieIn(
  moment: Phase | 'hold' | 'arrival',
  options: MigrateOptions,
  journal: string,
): Promise<void> {
  const child = spawn(process.execPath, [CHILD, moment, JSON.stringify(options), journal], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = await once(child, 'close');
  if (signal !== 'SIGKILL') throw new Error(`The process did not get to ${moment}`);
}

/** Where a guest is, and the other host. */
export async function placesOf(lab: Lab, guest: Guest): Promise<{ from: Host; to: Host }> {
  const [from, ...more] = await guest.locate();
  const to = lab.hosts.find((host) => host !== from);
  if (from === undefined || to === undefined || more.length > 0) throw new Error(`${guest.name} is not on one host`);
  return { from, to };
}
