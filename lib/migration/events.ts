import type { Forecast } from '../forecast/index.js';
import type { Capabilities, Outlook, Pace, Settings, Situation } from '../policy/index.js';
import type { Limits } from './actuators.js';
import type { DecisionRecord } from './conductor.js';
import type { SideView } from './ownership.js';
import type { Phase } from './phases.js';
import type { AbortReport, HostIdentity, MigrationResult } from './result.js';

/** The side of a migration. */
export type Role = 'source' | 'destination';

/** What a sample of the job shows; counters are since the job's start. */
export interface MigrationSample {
  /** Guest memory, all of it. */
  memoryTotalBytes: number;
  /** What is not sent yet of the running pass, and what was dirtied meanwhile as far as QEMU has looked. */
  memoryRemainingBytes: number;
  /** What went over, every pass and the zero pages' markers included. */
  memoryProcessedBytes: number;
  /** From the difference to the sample before, never from libvirt's own figure, which lies in a stall. */
  sentBytesPerSecond: number;
  /** QEMU's own measure of the stream, from which it reckons what the downtime limit lets through; undefined where it has none yet. */
  measuredBytesPerSecond?: number | undefined;
  /** Distinct bytes the guest dirtied per second in QEMU's last period: under-reports a small hot set. */
  dirtiedBytesPerSecond: number;
  /** QEMU's estimate of the pause if the guest were stopped now; undefined before the first pass is over. */
  expectedPauseMs: number | undefined;
  /** Share of guest CPU time taken away by auto-converge, 0..1. */
  throttle: number;
  /** QEMU's count of dirty-bitmap syncs, which are not passes. */
  syncs: number;
  /** Disks that are copied as well. */
  diskTotalBytes: number;
  diskRemainingBytes: number;
}

/** A sample, how far the job is by it, and how it is doing. */
export interface AssessedSample extends MigrationSample, Outlook {
  pace: Pace;
}

/** How a migration is steered, settled just before its start. */
export interface MigrationPlan {
  /** The policy's name. */
  policy: string;
  /** What was known of link and guest. */
  situation: Situation;
  /** How the policy wanted it started. */
  settings: Settings;
  can: Capabilities;
  /** Whether QEMU's monitor may be used, as the throttle needs it. */
  hasMonitor: boolean;
  /** What a stop costs with nothing left to send, as far as it is known, in milliseconds. */
  fixedPauseMs: number;
}

/** What a migration says while it runs. `atMs` is on one clock for both hosts: milliseconds since its start. */
export type MigrationEvent =
  | { type: 'phase'; atMs: number; phase: Phase }
  /** Both hosts are open and the guest is found. */
  | {
      type: 'connected';
      atMs: number;
      domain: { name: string; uuid: string };
      source: HostIdentity;
      destination: HostIdentity;
    }
  /** What is expected of it, where that was asked for. */
  | { type: 'forecast'; atMs: number; forecast: Forecast }
  | ({ type: 'plan'; atMs: number } & MigrationPlan)
  /**
   * `isSteered`: whether the policy may decide on it, which it does not while something is
   * still being done.
   */
  | ({ type: 'sample'; atMs: number; isSteered: boolean } & AssessedSample & Limits)
  /** The pace is another from here on; a stall is a warning as well. */
  | { type: 'pace'; atMs: number; pace: Pace; was: Pace }
  /** A pass over the dirty pages began. */
  | { type: 'pass'; atMs: number; pass: number }
  /** The policy decided, and libvirt took it or did not. */
  | ({ type: 'decision' } & DecisionRecord)
  /** A lifecycle event of the guest on one of the hosts, in libvirt's words. It stopped and ran again when QEMU says so, where QEMU is heard. */
  | { type: 'guest'; atMs: number; side: Role; event: string; detail: string }
  /**
   * What QEMU says on its monitor of the guest on one of the hosts, and when that was by its own stamp: `STOP`, `RESUME`, `MIGRATION` with its
   * status (`pre-switchover`, `device`, `completed` and so on). Only where QEMU is heard.
   */
  | { type: 'qemu'; atMs: number; side: Role; event: string; status?: string }
  /** What a host says of the guest when it is asked, where that is not what it said before. */
  | { type: 'host'; atMs: number; side: Role; view: SideView }
  /** The switchover is held from here on, or released. */
  | { type: 'hold'; atMs: number; what: 'begin' | 'release' }
  | { type: 'warning'; atMs: number; code: string; message: string }
  | ({ type: 'abort'; atMs: number } & Omit<AbortReport, 'outcome'>)
  /** Always the last one, also after a failure. */
  | { type: 'end'; atMs: number; result: MigrationResult };

export type MigrationEventType = MigrationEvent['type'];
