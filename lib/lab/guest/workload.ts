import { checkOptions, integer, number, oneOf } from '../../validation.js';

const MIB = 1024 ** 2;
const DEFAULT_SET_BYTES = 256 * MIB;
const DEFAULT_BYTES_PER_SECOND = 50e6;
const MOST_BYTES_PER_SECOND = 1e12;

/** What a guest needs for itself, kernel and programs: the workload gets the rest at most. */
const RESERVED_BYTES = { linux: 88 * MIB, bare: 16 * MIB };

export const GUEST_KINDS = ['linux', 'bare'] as const;

/** `linux`: Debian's kernel and one process of ours, under TCG. `bare`: our program and nothing else, under KVM or TCG. */
export type GuestKind = (typeof GUEST_KINDS)[number];

/** In the order of `enum workload_kind` in program/workload.h. */
export const WORKLOAD_NAMES = ['idle', 'steady', 'hot', 'compute', 'burst'] as const;

export type WorkloadName = (typeof WORKLOAD_NAMES)[number];

/** What a guest does with its memory. Whatever it is, the pages carry stamps that are verified all the time. */
export interface Workload {
  /**
   * - `idle`: writes nothing;
   * - `steady`: rewrites its set from start to end, again and again, at an even rate;
   * - `hot`: the same as fast as it can;
   * - `compute`: computes all the time and writes a page for every so much computation, so that its dirty rate is proportional to the processor time it gets;
   * - `burst`: `steady` for a part of each period, then quiet.
   */
  name: WorkloadName;
  /** How much memory it writes and verifies. @defaultValue 256 MiB, or what the guest has if that is less */
  setBytes?: number;
  /** How much it dirties a second: for `steady`, in the busy phases of `burst`, and for `compute` on a processor of its own. @defaultValue 50e6 */
  bytesPerSecond?: number;
  /** `burst`: from one busy phase to the next. @defaultValue 4000 */
  periodMs?: number;
  /** `burst`: the part of each period, 0..1, that is busy. @defaultValue 0.5 */
  duty?: number;
  /**
   * Pages that the background sweep verifies a second. With 0 an `idle` guest writes nothing at all, apart from what its heartbeats take.
   * @defaultValue 4096: 256 MiB in 16 s
   */
  verifiedPagesPerSecond?: number;
}

/** A workload with nothing left open. */
export type ResolvedWorkload = Required<Workload>;

/** @throws InvalidArgumentError */
export function resolveWorkload(workload: Workload, guest: { kind: GuestKind; memoryBytes: number }): ResolvedWorkload {
  const roomBytes = guest.memoryBytes - RESERVED_BYTES[guest.kind];
  checkOptions<Workload>(
    'workload',
    workload,
    {
      name: oneOf(...WORKLOAD_NAMES),
      setBytes: integer(MIB, roomBytes),
      bytesPerSecond: integer(MIB, MOST_BYTES_PER_SECOND),
      periodMs: integer(10, 3_600_000),
      duty: number(0.001, 1),
      verifiedPagesPerSecond: integer(0, 1_000_000),
    },
    ['name'],
  );
  return {
    name: workload.name,
    setBytes: workload.setBytes ?? Math.min(DEFAULT_SET_BYTES, roomBytes),
    bytesPerSecond: workload.bytesPerSecond ?? DEFAULT_BYTES_PER_SECOND,
    periodMs: workload.periodMs ?? 4000,
    duty: workload.duty ?? 0.5,
    verifiedPagesPerSecond: workload.verifiedPagesPerSecond ?? 4096,
  };
}
