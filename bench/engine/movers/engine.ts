import type { Forecast } from '../../../lib/forecast/index.js';
import { actualOf } from '../../../lib/migration/actual.js';
import { forecast, type MigrateOptions, type MigrationResult, migrate } from '../../../lib/migration/index.js';
import { type Move, type Station, timed } from '../contender.js';
import type { EngineReport } from '../run.js';
import type { Intent } from '../strategy.js';

type DecisionRecord = MigrationResult['decisions'][number];

/** Between which hosts. */
interface Way {
  from: Station;
  to: Station;
}

/** What the engine is asked for. */
interface Order {
  options: Intent;
  monitor?: boolean;
}

/** Moves a guest with this project's engine. */
export function moveByEngine(guest: string, way: Way, order: Order, signal: AbortSignal): Promise<Move> {
  return timed(async () => {
    const migration = migrate({ ...optionsOf(guest, way, order), signal });
    let throttle = 0;
    migration.on('sample', (sample) => {
      throttle = Math.max(throttle, sample.throttle);
    });
    const result = await migration.outcome;
    const { outcome, error } = result;
    return { outcome, reason: error?.message, engine: report(result), actual: actualOf(result, throttle) };
  });
}

/** Says beforehand what will become of such a move. */
export function forecastByEngine(guest: string, way: Way, order: Order): Promise<Forecast> {
  return forecast(optionsOf(guest, way, order));
}

function optionsOf(domain: string, { from, to }: Way, { options, monitor = false }: Order): MigrateOptions {
  return {
    source: { ...from.endpoint, allowMonitorCommand: monitor },
    destination: to.endpoint,
    domain,
    transport: { peerUri: to.peerUri, ...(to.migrateUri === undefined ? {} : { migrateUri: to.migrateUri }) },
    ...options,
  };
}

function report({ pause, passes, decisions, warnings }: MigrationResult): EngineReport {
  return {
    observedMs: pause.observedMs,
    passes,
    decisions: decisions.map(inWords),
    warnings: warnings.map(({ code }) => code),
  };
}

function inWords({ atMs, action, refusal }: DecisionRecord): string {
  const { kind, reason, ...values } = action;
  const refused = refusal === undefined ? '' : ` (refused: ${refusal})`;
  return `${(atMs / 1000).toFixed(1)} s ${[kind, ...Object.values(values)].join(' ')}: ${reason}${refused}`;
}
