import type { Actual, Forecast, ForecastError } from '../../lib/forecast/index.js';
import type { ControlCost } from './control-cost.js';

/** What is known of one migration, whoever made it. */
export interface Run {
  outcome: 'completed' | 'cancelled' | 'failed';
  /** Why it was not completed; undefined when it was. */
  reason: string | undefined;
  figures: Figures;
  /** What QEMU itself says, by its own stamps of one clock for both hosts. */
  qemu: { pauseMs: number | undefined; parts: PauseParts | undefined };
  /** libvirt's `downtime` of the completed job, in milliseconds. */
  libvirtMs: number | undefined;
  /** What the engine says of itself; undefined for the others. */
  engine: EngineReport | undefined;
  /** What the guest found wrong with its memory and its clock. */
  guest: { badPages: number; clockWentBack: boolean };
  /** Whether it was stopped on the source, be it for good or not. */
  wasStopped: boolean;
  /** Undefined on hosts where nobody observes the guest. */
  quiet: QuietCheck | undefined;
  /** What controlling it cost; undefined where nobody can tell. */
  control?: ControlCost | undefined;
  /** Undefined where nothing was forecast. */
  forecast?: ForecastRecord | undefined;
  /** What a service in the guest was like for its users meanwhile; undefined where nobody observes it. */
  service?: Service | undefined;
  /** Processes that wanted to run, in the average of the minute before: on two cores more than 2 is noise. */
  load: number;
}

/** What was said before a migration, beside what came; or why nothing could be said. */
export type ForecastRecord =
  | {
      readonly error: ForecastError;
      readonly expected: Pick<Forecast, 'verdict' | 'confidence' | 'passes' | 'sentBytes' | 'totalMs' | 'pauseMs'>;
      readonly actual: Actual;
    }
  | { readonly failure: string };

/** The guest sends something each millisecond: the time between two arrivals while it was moved, in milliseconds, the blackout left out. */
export interface Service {
  p50Ms: number;
  p99Ms: number;
}

/** What is compared. Undefined where it does not apply, as the pause of a migration that was aborted. */
export interface Figures {
  /** From the guest's stop on the source to its start on the destination, by one kernel's clock: QEMU's own stamps, where it was heard. */
  pauseMs: number | undefined;
  /** The longest silence of its heartbeats, as received outside, less their period. */
  outsideMs: number | undefined;
  /** From the call to its return. */
  totalMs: number | undefined;
  /** What the source sent on the migration link, by its kernel's counter: TCP's and Ethernet's share included. */
  sentBytes: number | undefined;
  /** The guest's work that was not done, as the time it would have taken before. */
  workLostMs: number | undefined;
}

export type FigureName = keyof Figures;

export interface EngineReport {
  observedMs: number | undefined;
  passes: number;
  /** What it decided, in words: seconds since the start, action and reason. */
  decisions: string[];
  /** Codes of its warnings. */
  warnings: string[];
}

/** Where the time between STOP and RESUME went, in milliseconds. */
export interface PauseParts {
  /** STOP to `pre-switchover`: QEMU saves what must be saved before it waits for libvirt. */
  stopMs: number;
  /** `pre-switchover` to `device`: libvirt's answer. */
  answerMs: number;
  /** `device` to the destination's `completed`: the last pages and the devices' state, sent and loaded. */
  transferMs: number;
  /** `completed` to RESUME: libvirt's finish on the destination, up to its `cont`. */
  finishMs: number;
}

/** How quiet the machine was before the migration, when nobody moved anything: how even the heartbeats came, and whether the guest got its work done. */
export interface QuietCheck {
  p99Ms: number;
  maxMs: number;
  /** How many times it was not quiet, and waited again. */
  rejected: number;
  /** False when it never was quiet: the run was made all the same, and counts as a noisy one. */
  isQuiet: boolean;
}
