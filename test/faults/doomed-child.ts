// Runs a migration that keeps a journal, and is killed at an event: by its own hand, so that it is at that moment and no other.
// argv: the phase (or `hold`, `arrival`: see below), the options of the migration as JSON, the journal's path.
import { Connection, DomainMigrateFlags } from '../../lib/libvirt/index.js';
import { type MigrateOptions, migrate } from '../../lib/migration/index.js';

const [moment = '', json = '', path = ''] = process.argv.slice(2);
// Written by the test, which is typed.
const options = JSON.parse(json) as MigrateOptions;

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Longer than any test waits for the switchover, in milliseconds. */
const HOLD_MS = 3_600_000;

async function migrateAndDie(): Promise<void> {
  const hold = moment === 'hold' ? { switchoverAt: new Date(Date.now() + HOLD_MS) } : {};
  const migration = migrate({ ...options, ...hold, journal: path });
  migration.on('hold', die);
  migration.on('phase', (event) => {
    if (event.phase === moment) die();
  });
  await migration.outcome;
}

/** A direct migration that leaves the guest stopped on the destination; killed as soon as it stands there. */
async function arriveAndDie(): Promise<void> {
  const [source, destination] = await Promise.all(
    [options.source, options.destination].map((host) => (host instanceof Connection ? host : Connection.open(host))),
  );
  if (source === undefined || destination === undefined) throw new TypeError('two hosts');
  const watching = await Connection.open({ uri: destination.uri, ...destination.options });
  await watching.subscribe('lifecycle', ({ event }) => {
    if (event === 'suspended') die();
  });
  const domain = await source.domainLookupByName(options.domain);
  const { migrateUri = '' } = options.transport ?? {};
  await domain.migrate3(destination, { migrateUri }, DomainMigrateFlags.LIVE | DomainMigrateFlags.PAUSED);
}

await (moment === 'arrival' ? arriveAndDie() : migrateAndDie());
