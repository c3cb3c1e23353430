import type { Guest, Host, Lab } from '../../lib/lab/index.js';
import { type MigrateOptions, type MigrationEvent, type MigrationResult, migrate } from '../../lib/migration/index.js';

const MEBIBYTE = 1024 * 1024;

/** A small guest with a steady writer: small, because most tests only want that there is something to move. */
export async function startWriter(lab: Lab, name: string, bytesPerSecond = 20e6): Promise<Guest> {
  const guest = await lab.startGuest({
    kind: 'linux',
    name,
    memoryBytes: 256 * MEBIBYTE,
    workload: { name: 'steady', bytesPerSecond, setBytes: 64 * MEBIBYTE },
  });
  await guest.heartbeats.waitForFirst();
  return guest;
}

/** The options of a move between two hosts of a lab. */
export function moveOptions(
  domain: string,
  from: Host,
  to: Host,
  control: 'peer-to-peer' | 'direct' = 'peer-to-peer',
): MigrateOptions {
  return {
    source: from.endpoint,
    destination: to.endpoint,
    domain,
    transport: { control, migrateUri: to.migrateUri, ...(control === 'direct' ? {} : { peerUri: to.peerUri }) },
  };
}

/** Runs a migration to its end, whatever that is, and keeps what it said. */
export async function observeMove(
  options: MigrateOptions,
  onEvent: (event: MigrationEvent) => void = () => {},
): Promise<{ result: MigrationResult; events: MigrationEvent[] }> {
  const migration = migrate(options);
  const events: MigrationEvent[] = [];
  for await (const event of migration) {
    events.push(event);
    onEvent(event);
  }
  return { result: await migration.outcome, events };
}

/** Where virsh, a client that shares no code with us, sees a guest running. */
export async function virshSees(name: string, hosts: readonly Host[]): Promise<string[]> {
  const seen = await Promise.all(
    hosts.map(async (host) => {
      const { stdout } = await host.exec(['virsh', '--quiet', 'list', '--name', '--state-running']);
      return stdout.split('\n').includes(name) ? [host.name] : [];
    }),
  );
  return seen.flat();
}

/** Waits until a guest has beaten some more, and says whether all it verified was whole. */
export async function stillBeats(guest: Guest, beats = 200): Promise<{ badPages: number; clockWentBack: boolean }> {
  const fromNs = process.hrtime.bigint();
  const enough = (guest.heartbeats.latest?.sequence ?? 0) + beats;
  await guest.heartbeats.waitFor(({ sequence }) => sequence >= enough);
  return guest.heartbeats.analyse({ fromNs });
}
