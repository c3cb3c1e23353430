import { randomUUID } from 'node:crypto';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { MigrationEvent, MigrationEventType } from './events.js';
import type { Mode } from './mode.js';
import type { ResolvedOptions } from './options.js';
import type { MigrationResult } from './result.js';
import { uriOf } from './side.js';

/** The name to give `diagnostics_channel.tracingChannel()` for whole migrations. Their end comes with `asyncEnd`; there is no `error`. */
export const MIGRATION_CHANNEL = 'precopy:migration';

/** Which migration a message is about: the same object in all messages of one. */
export interface MigrationTrace {
  /** Unique to this migration. */
  readonly id: string;
  /** The guest's name or UUID, as the caller gave it. */
  readonly domain: string;
  /** The hosts' URIs, without a password. */
  readonly source: string;
  readonly destination: string;
  /** Another process has started it: `adopt()`. */
  readonly adopted: boolean;
  readonly mode: Mode;
  /** What became of it, on `asyncStart` and `asyncEnd` of {@link MIGRATION_CHANNEL}. */
  readonly result?: MigrationResult;
}

/** A message of the channel `precopy:<type of event>`, like `precopy:phase` or `precopy:decision`. */
export interface MigrationMessage<Type extends MigrationEventType = MigrationEventType> {
  readonly migration: MigrationTrace;
  readonly event: Extract<MigrationEvent, { type: Type }>;
}

/** The name of the channel on which a type of event is told, for all migrations of this process. */
export function eventChannel<Type extends MigrationEventType>(type: Type): `precopy:${Type}` {
  return `precopy:${type}`;
}

const migrations = tracingChannel<MigrationTrace, MigrationTrace>(MIGRATION_CHANNEL);

export function traceOf({ domain, source, destination, mode }: ResolvedOptions, adopted: boolean): MigrationTrace {
  return { id: randomUUID(), domain, source: uriOf(source), destination: uriOf(destination), adopted, mode };
}

/** Runs a migration within its trace: stores that are bound to the channel hold in all that it does. */
export function traceMigration(trace: MigrationTrace, run: () => Promise<MigrationResult>): Promise<MigrationResult> {
  return migrations.hasSubscribers ? migrations.tracePromise(run, trace) : run();
}

/** Tells an event to whoever listens to its channel. */
export function publish(migration: MigrationTrace, event: MigrationEvent): void {
  const events = channel(eventChannel(event.type));
  if (events.hasSubscribers) events.publish({ migration, event } satisfies MigrationMessage);
}
