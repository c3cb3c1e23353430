import { type MigrationResult, migrate } from '../../../lib/migration/index.js';
import { type Move, type Station, timed } from '../contender.js';
import type { EngineReport } from '../run.js';
import type { Intent } from '../strategy.js';

type DecisionRecord = MigrationResult['decisions'][number];

/** Moves a guest with this project's engine. */
export function moveByEngine(
  guest: string,
  { from, to }: { from: Station; to: Station },
  { options, monitor = false }: { options: Intent; monitor?: boolean },
  signal: AbortSignal,
): Promise<Move> {
  return timed(async () => {
    const { outcome, error, ...result } = await migrate({
      source: { ...from.endpoint, allowMonitorCommand: monitor },
      destination: to.endpoint,
      domain: guest,
      transport: { peerUri: to.peerUri, ...(to.migrateUri === undefined ? {} : { migrateUri: to.migrateUri }) },
      ...options,
      signal,
    }).outcome;
    return { outcome, reason: error?.message, engine: report(result) };
  });
}

function report({
  pause,
  passes,
  decisions,
  warnings,
}: Pick<MigrationResult, 'pause' | 'passes' | 'decisions' | 'warnings'>): EngineReport {
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
