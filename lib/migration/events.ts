import type { Outlook, Pace } from '../policy/index.js';
import type { DecisionRecord } from './conductor.js';
import type { SideView } from './ownership.js';
import type { Phase } from './phases.js';
import type { AbortReport, MigrationResult } from './result.js';

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
  /** Distinct bytes the guest dirtied per second in QEMU's last period: under-reports a small hot set. */
  dirtiedBytesPerSecond: number;
  /** QEMU's estimate of the pause if the guest were stopped now; undefined before the first pass is over. */
  expectedPauseMs: number | undefined;
  /** Share of guest CPU time taken away by auto-converge, 0..1. */
  throttle: number;
}

/** What a migration says while it runs. `atMs` is on one clock for both hosts: milliseconds since its start. */
export type MigrationEvent =
  | { type: 'phase'; atMs: number; phase: Phase }
  /** How the job is, how far, and how it is doing. */
  | ({ type: 'sample'; atMs: number; pace: Pace } & MigrationSample & Outlook)
  /** The pace is another from here on; a stall is a warning as well. */
  | { type: 'pace'; atMs: number; pace: Pace; was: Pace }
  /** A pass over the dirty pages began. */
  | { type: 'pass'; atMs: number; pass: number }
  /** The policy decided, and libvirt took it or did not. */
  | ({ type: 'decision' } & DecisionRecord)
  /** A lifecycle event of the guest on one of the hosts, in libvirt's words. */
  | { type: 'guest'; atMs: number; side: Role; event: string; detail: string }
  /** What a host says of the guest when it is asked, where that is not what it said before. */
  | { type: 'host'; atMs: number; side: Role; view: SideView }
  /** The switchover is held from here on, or released. */
  | { type: 'hold'; atMs: number; what: 'begin' | 'release' }
  | { type: 'warning'; atMs: number; code: string; message: string }
  | ({ type: 'abort'; atMs: number } & Omit<AbortReport, 'outcome'>)
  /** Always the last one, also after a failure. */
  | { type: 'end'; atMs: number; result: MigrationResult };

export type MigrationEventType = MigrationEvent['type'];
