import type { Domain, JobStats } from '../libvirt/index.js';
import { actualOf } from './actual.js';
import type { Sides } from './connect.js';
import type { Control } from './control.js';
import type { Foresight } from './foresight.js';
import type { ResolvedOptions } from './options.js';
import { type Evidence, isRunningOn, ownerOf } from './ownership.js';
import type { PhaseMachine } from './phases.js';
import {
  type AbortReport,
  type Failure,
  type MigrationResult,
  migrationError,
  type Outcome,
  type Pause,
  type Warning,
} from './result.js';
import type { Transfer } from './transfer.js';

/** What a run knows at its end. */
export interface Findings {
  evidence: Evidence;
  /** Whether what was to go over is there. */
  arrived: boolean;
  failure: Failure | undefined;
  abort: AbortReport | undefined;
  job: JobStats | undefined;
  pause: Pick<Pause, 'observedMs' | 'outsideMs'>;
  foresight: Foresight;
  options: ResolvedOptions;
  guest: Domain | undefined;
  sides: Sides | undefined;
  control: Control | undefined;
  safety: 'strict' | 'guarded';
  transfer: Transfer | undefined;
  phases: PhaseMachine;
  warnings: Warning[];
  startedAt: Date;
  totalMs: number;
}

/** Whether the guest has arrived. One that came over stopped because something failed has not. */
export function hasArrived(evidence: Evidence, wasPaused: boolean): boolean {
  return ownerOf(evidence) === 'destination' && (wasPaused || isRunningOn(evidence, 'destination'));
}

/** What is to be said of a guest that has arrived and that the source still holds, stopped: its past. */
export function leftOnSource({ source }: Evidence): Warning | undefined {
  if (source.seen !== 'present') return undefined;
  const message = `The guest runs on the destination, and the source was not told: it still has it, ${source.state} (${source.reason}). Never resume it there; call resolve(), which destroys it.`;
  return { code: 'source-left-over', message };
}

/** The result, from what was seen. */
export function conclude(findings: Findings): MigrationResult {
  const { evidence, failure, abort, job, options, guest, sides, transfer, phases, totalMs } = findings;
  const owner = ownerOf(evidence);
  const outcome: Outcome = findings.arrived ? 'completed' : abort?.outcome === 'cancelled' ? 'cancelled' : 'failed';
  const figures = {
    ...{ outcome, totalMs },
    passes: transfer?.conductor.steering.passes.pass ?? 0,
    decisions: transfer?.conductor.decisions ?? [],
    sentBytes: job?.memoryProcessedBytes ?? transfer?.sentBytes,
    pause: { qemuMs: job?.downtimeMs, ...findings.pause },
  };
  const isItsOwnEnd = outcome === 'completed' || figures.decisions.some(({ action }) => action.kind === 'abort');
  return {
    mode: options.mode,
    ...figures,
    owner,
    evidence,
    domain: { name: guest?.name ?? options.domain, uuid: guest?.uuid },
    source: sides?.source.identity,
    destination: sides?.destination.identity,
    control: findings.control,
    safety: findings.safety,
    startedAt: findings.startedAt,
    phases: phases.spans(totalMs),
    forecast: findings.foresight.compare(actualOf(figures, transfer?.mostThrottle ?? 0), isItsOwnEnd),
    hold: transfer?.conductor.gate.outcome ?? 'none',
    heldMs: transfer?.conductor.gate.heldMs ?? 0,
    abort,
    warnings: findings.warnings,
    job,
    error: outcome === 'completed' ? undefined : migrationError(outcome, owner, failure, abort, options.mode),
  };
}
