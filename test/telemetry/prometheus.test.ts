import { Registry } from 'prom-client';
import { test } from 'tap';
import { migrate } from '../../lib/migration/index.js';
import { collectMetrics } from '../../lib/telemetry/prometheus.js';
import { refused } from './refused.js';

test('migrations and calls are counted and timed', async (t) => {
  const registry = new Registry();
  const stop = collectMetrics({ registry });
  const { outcome, owner } = await migrate(refused).outcome;
  const text = await registry.metrics();
  t.match(text, `precopy_migrations_total{outcome="${outcome}",owner="${owner}"} 1`);
  t.match(text, 'precopy_migrations_in_progress 0');
  t.match(text, `precopy_migration_duration_seconds_count{outcome="${outcome}"} 1`);
  t.match(text, 'precopy_migration_phase_seconds_count{phase="connect"} 1');
  t.match(text, /precopy_libvirt_call_duration_seconds_count\{function="virConnectOpen",result="ok"\} [1-9]/);

  await t.test('one that is under way shows', async (t) => {
    const migration = migrate(refused);
    await new Promise((resolve) => migration.once('phase', resolve));
    t.match(await registry.metrics(), 'precopy_migrations_in_progress 1');
    await migration.outcome;
    t.match(await registry.metrics(), 'precopy_migrations_in_progress 0');
  });

  await t.test('when it is stopped nothing is counted any more', async (t) => {
    stop();
    const before = await registry.metrics();
    await migrate(refused).outcome;
    t.equal(await registry.metrics(), before);
  });
});
