import type { StartGuestOptions } from '../../lib/lab/index.js';
import type { Bound } from './bounds.js';
import type { Strategy } from './strategy.js';

/** A guest, one or two ways of moving it, and what is expected: data alone. */
export interface Scenario {
  readonly name: string;
  /** In a sentence, what is compared. */
  readonly about: string;
  readonly guest: Pick<StartGuestOptions, 'kind' | 'memoryBytes' | 'workload'>;
  readonly subject: Strategy;
  /** Measured beside the subject, in pairs; several take turns, pair by pair. Without it the subject is measured alone. */
  readonly reference?: Strategy | readonly Strategy[];
  /** Pairs, or runs of the subject alone. */
  readonly repeats: number;
  /** After so long a migration is aborted and counts as failed, in milliseconds. */
  readonly deadlineMs: number;
  readonly bounds: readonly Bound[];
}

const MEBIBYTE = 1024 ** 2;

export const PAIRS = 10;

/** The guests that all scenarios move: Linux, 1 GiB, of which they write 256 MiB. */
const LINUX = { kind: 'linux', memoryBytes: 1024 * MEBIBYTE } as const;
const SET = { setBytes: 256 * MEBIBYTE } as const;

export const IDLE = { ...LINUX, workload: { name: 'idle', ...SET } } as const;
export const STEADY = { ...LINUX, workload: { name: 'steady', bytesPerSecond: 50e6, ...SET } } as const;
export const HOT = { ...LINUX, workload: { name: 'hot', ...SET } } as const;

/** What TCP carries on the link of 1 Gbit/s, in bytes per second. */
const LINK_BYTES_PER_SECOND = 118e6;

/** A guest whose dirty rate is so many times what the link carries, and follows the processor time that it gets. */
export function computing(times: number): Scenario['guest'] {
  return { ...LINUX, workload: { name: 'compute', bytesPerSecond: LINK_BYTES_PER_SECOND * times, ...SET } };
}

export const VIRSH: Strategy = { by: 'virsh', flags: [] };
export const AUTO_CONVERGE: Strategy = { by: 'virsh', flags: ['--auto-converge'] };
export const ENGINE: Strategy = { by: 'engine', options: {} };
