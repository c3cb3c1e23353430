import { PrecopyError } from '../errors.js';
import { type JobStats, LibvirtError } from '../libvirt/index.js';
import type { DecisionRecord } from './conductor.js';
import type { Control } from './control.js';
import type { ForecastOutcome } from './foresight.js';
import type { Hold } from './gate.js';
import type { Mode } from './mode.js';
import { type Evidence, type Owner, REMEDIES } from './ownership.js';
import type { Phase, PhaseSpan } from './phases.js';

/**
 * How a migration ended, by what was seen on both hosts.
 * `completed`: the guest is on the destination. `cancelled`: it was aborted as asked and is on the source. `failed`: anything else.
 */
export type Outcome = 'completed' | 'cancelled' | 'failed';

/** What became of an abort: it worked, came too late, did not end in time, or libvirt would not take it. */
export type AbortOutcome = 'cancelled' | 'completedAnyway' | 'hung' | 'refused';

export interface AbortReport {
  /** The first reason given; later ones change nothing. */
  reason: string;
  outcome: AbortOutcome;
}

/** The time in which the guest runs nowhere, by different witnesses. */
export interface Pause {
  /** QEMU's figure, from the completed job's statistics; it mixes two hosts' wall clocks. */
  qemuMs: number | undefined;
  /**
   * Stop on the source to start on the destination, in milliseconds of this process's monotonic clock. Both moments are QEMU's own stamps, brought
   * to that clock: each host's wall clock is compared with it by that host's events, so that the hosts' clocks may differ, and the quickest
   * event of a host is what it is exact to. Where QEMU cannot be heard (a connection that may only read, another hypervisor) or a clock was
   * set meanwhile, the moment is the arrival of libvirt's event, which comes later the busier daemon and process are.
   */
  observedMs: number | undefined;
  /**
   * What an observer outside of both hosts saw: the longest silence of the guest about its pause, less the normal time between two signs of life.
   * Undefined without an observer, or where it did not hear the guest both before and after.
   */
  outsideMs: number | undefined;
}

/** Something that the caller should know and that does not stop the migration. */
export interface Warning {
  code: string;
  message: string;
}

export interface HostIdentity {
  hostname: string;
  /** The host's own UUID, by which the same host is recognised under two names. */
  hostUuid: string;
  libvirtVersion: string;
  hypervisorVersion: string;
}

export interface MigrationResult {
  mode: Mode;
  outcome: Outcome;
  /** On which side the guest is, as seen on both hosts at the end. */
  owner: Owner;
  /** What was seen, for whoever wants to judge for himself. */
  evidence: Evidence;
  domain: { name: string; uuid: string | undefined };
  source: HostIdentity | undefined;
  destination: HostIdentity | undefined;
  control: Control | undefined;
  /** Whether the guest arrived stopped and was resumed by proof, or ran at once under guard. */
  safety: 'strict' | 'guarded';
  startedAt: Date;
  totalMs: number;
  phases: PhaseSpan[];
  /** True passes over the dirty pages, told from QEMU's syncs; the last one ended with the stop. */
  passes: number;
  /** What the policy decided, when and why, and what libvirt would not take. */
  decisions: readonly DecisionRecord[];
  /** Bytes of memory that went over the link. */
  sentBytes: number | undefined;
  pause: Pause;
  /** What was forecast, and what came of it; undefined where nothing was forecast. */
  forecast: ForecastOutcome | undefined;
  /** Whether the switchover was held as asked, and for how long. */
  hold: Hold;
  heldMs: number;
  /** Present when an abort was asked for. */
  abort: AbortReport | undefined;
  warnings: Warning[];
  /** The completed job's statistics as libvirt gave them; undefined when there were none. */
  job: JobStats | undefined;
  /** Present unless `outcome` is `completed`. */
  error: MigrationError | undefined;
}

/** Where and why a migration left its way. */
export interface Failure {
  phase: Phase | undefined;
  cause: unknown;
}

/** Why a migration did not complete: with the phase, the owner of the guest, what to do next, and the whole result. */
export class MigrationError extends PrecopyError {}

/** The error of a migration that did not complete. Pure. */
export function migrationError(
  outcome: Exclude<Outcome, 'completed'>,
  owner: Owner,
  failure: Failure | undefined,
  abort: AbortReport | undefined,
  mode: Mode,
): MigrationError {
  const { cause, phase } = failure ?? {};
  const causeMessage =
    cause instanceof Error
      ? cause.message
      : 'libvirt reported success, and yet the guest is not running on the destination';
  // What went wrong before anything was touched has a code and a remedy of its own; the rest is told by the owner.
  const own = cause instanceof PrecopyError && !(cause instanceof LibvirtError) ? cause : undefined;
  const message =
    outcome === 'cancelled' && abort !== undefined
      ? `The migration was cancelled: ${abort.reason}`
      : `The migration failed${phase === undefined ? '' : ` in phase ${phase}`}: ${causeMessage}`;
  const code = outcome === 'cancelled' ? 'ERR_PRECOPY_ABORTED' : (own?.code ?? 'ERR_PRECOPY_MIGRATION_FAILED');
  return new MigrationError(code, message, {
    owner,
    remedy: own?.remedy ?? (isUntouched(failure) ? UNTOUCHED : remedyFor(owner, mode)),
    ...(phase === undefined ? {} : { phase }),
    ...(cause === undefined ? {} : { cause }),
  });
}

const UNTOUCHED = 'Nothing was touched: the guest is as it was.';

/** Whether it failed before anything could be touched: in connect, or before that, where a file could not be written. */
function isUntouched(failure: Failure | undefined): boolean {
  return failure !== undefined && (failure.phase === undefined || failure.phase === 'connect');
}

function remedyFor(owner: Owner, mode: Mode): string {
  return mode === 'offline'
    ? 'The guest is as it was; look at its definition on both hosts, mend the cause and try again.'
    : REMEDIES[owner];
}
