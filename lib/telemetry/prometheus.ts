import { Counter, Gauge, Histogram, type Registry, register } from 'prom-client';
import { onCalls, onEvents } from './subscriptions.js';

/** Options of {@link collectMetrics}. */
export interface MetricsOptions {
  /** Where the metrics are registered. Default prom-client's own. */
  registry?: Registry;
}

/** From a tuned pause to one that every user notices, in seconds. */
const PAUSE_BUCKETS = [0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60];

/** From an idle guest of a gigabyte to the night-long move of a large one, in seconds. */
const DURATION_BUCKETS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400];

/** From a call within the host to one that hangs, in seconds. */
const CALL_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

/**
 * Counts and times all migrations of this process, and all calls into libvirt, as Prometheus metrics. Labels have few values: no guest and
 * no host is among them.
 *
 * | Metric | Type | Labels |
 * |---|---|---|
 * | `precopy_migrations_in_progress` | gauge | |
 * | `precopy_migrations_total` | counter | `outcome`, `owner` |
 * | `precopy_migration_duration_seconds` | histogram | `outcome` |
 * | `precopy_migration_pause_seconds` | histogram | |
 * | `precopy_migration_phase_seconds` | histogram | `phase` |
 * | `precopy_migration_sent_bytes_total` | counter | |
 * | `precopy_migration_passes_total` | counter | |
 * | `precopy_migration_decisions_total` | counter | `action`, `taken` |
 * | `precopy_migration_warnings_total` | counter | `code` |
 * | `precopy_libvirt_call_duration_seconds` | histogram | `function`, `result` (`ok` or the error's code) |
 *
 * ```ts
 * import { register } from 'prom-client';
 * import { collectMetrics } from 'precopy/prometheus';
 *
 * collectMetrics();
 * server.on('request', async (_, response) => response.end(await register.metrics()));
 * ```
 *
 * @returns what ends the collecting; the metrics stay registered
 */
export function collectMetrics({ registry = register }: MetricsOptions = {}): () => void {
  const registers = [registry];
  const inProgress = new Gauge({
    ...{ name: 'precopy_migrations_in_progress', help: 'Migrations under way', registers },
  });
  const migrations = new Counter({
    ...{ name: 'precopy_migrations_total', help: 'Migrations that ended', registers },
    labelNames: ['outcome', 'owner'] as const,
  });
  const duration = new Histogram({
    ...{ name: 'precopy_migration_duration_seconds', help: 'From the start to the end of a migration', registers },
    ...{ labelNames: ['outcome'] as const, buckets: DURATION_BUCKETS },
  });
  const pause = new Histogram({
    ...{ name: 'precopy_migration_pause_seconds', help: 'Time in which a guest ran nowhere, as observed', registers },
    buckets: PAUSE_BUCKETS,
  });
  const phases = new Histogram({
    ...{ name: 'precopy_migration_phase_seconds', help: 'Time spent in each phase', registers },
    ...{ labelNames: ['phase'] as const, buckets: [...PAUSE_BUCKETS, ...DURATION_BUCKETS.slice(5)] },
  });
  const sentBytes = new Counter({
    ...{ name: 'precopy_migration_sent_bytes_total', help: 'Guest memory that went over', registers },
  });
  const passes = new Counter({
    ...{ name: 'precopy_migration_passes_total', help: 'Passes over dirty pages', registers },
  });
  const decisions = new Counter({
    ...{ name: 'precopy_migration_decisions_total', help: 'Decisions of policies, hooks and the engine', registers },
    labelNames: ['action', 'taken'] as const,
  });
  const warnings = new Counter({
    ...{ name: 'precopy_migration_warnings_total', help: 'Warnings', registers },
    labelNames: ['code'] as const,
  });
  const calls = new Histogram({
    ...{ name: 'precopy_libvirt_call_duration_seconds', help: 'Calls into libvirt', registers },
    ...{ labelNames: ['function', 'result'] as const, buckets: CALL_BUCKETS },
  });

  const underWay = new Set<string>();
  const begin = (id: string): void => {
    underWay.add(id);
    inProgress.set(underWay.size);
  };
  const endEvents = onEvents({
    phase: ({ migration }) => begin(migration.id),
    pass: () => passes.inc(),
    decision: ({ event }) => decisions.inc({ action: event.action.kind, taken: String(event.refusal === undefined) }),
    warning: ({ event }) => warnings.inc({ code: event.code }),
    end: ({ migration, event: { result } }) => {
      underWay.delete(migration.id);
      inProgress.set(underWay.size);
      migrations.inc({ outcome: result.outcome, owner: result.owner });
      duration.observe({ outcome: result.outcome }, result.totalMs / 1000);
      if (result.pause.observedMs !== undefined) pause.observe(result.pause.observedMs / 1000);
      for (const { phase, durationMs } of result.phases) phases.observe({ phase }, durationMs / 1000);
      sentBytes.inc(result.sentBytes ?? 0);
    },
  });
  const endCalls = onCalls({
    ended: (call) =>
      calls.observe({ function: call.function, result: resultOf(call.error) }, (call.durationMs ?? 0) / 1000),
  });
  return () => {
    endEvents();
    endCalls();
  };
}

function resultOf(error: unknown): string {
  if (error === undefined) return 'ok';
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'error';
}
