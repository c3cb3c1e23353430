import { Migration } from './migration.js';
import { type MigrateOptions, resolveOptions } from './options.js';

/**
 * Moves a running guest from one host to another.
 *
 * @example
 * ```ts
 * const migration = migrate({ source: 'qemu+tls://a/system', destination: 'qemu+tls://b/system', domain: 'db1' });
 * for await (const event of migration) if (event.type === 'phase') console.log(event.phase);
 * const { pause, owner } = await migration;
 * ```
 *
 * @returns the migration under way: await it for the result, iterate it for its events
 * @throws InvalidArgumentError at once, before anything is touched, when an option is not as it must be
 */
export function migrate(options: MigrateOptions): Migration {
  return new Migration(resolveOptions(options));
}
