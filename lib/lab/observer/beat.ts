import { GUEST_KINDS, type GuestKind, WORKLOAD_NAMES, type WorkloadName } from '../guest/workload.js';

/** Bytes of a record of the observer's program: `struct record` in observer.c with `struct beat` in beat.h. */
export const RECORD_BYTES = 80;

/** In the order of `enum workload_phase` in workload.h. */
const PHASES = ['quiet', 'writing'] as const;

/** One heartbeat as the observer received it. */
export interface Beat {
  /** When it arrived, on the clock of `process.hrtime.bigint()`. */
  readonly arrivalNs: bigint;
  readonly guestId: number;
  readonly kind: GuestKind;
  readonly workload: WorkloadName;
  readonly phase: (typeof PHASES)[number];
  /** Counts from 1; a beat that never arrived leaves a hole. */
  readonly sequence: number;
  /** The guest's own clock. */
  readonly guestNs: bigint;
  /** The guest's time of day, 0 where it has none. */
  readonly guestRealtimeNs: bigint;
  /** Pages written so far; by an `idle` guest: verified. */
  readonly workPages: number;
  /** Pages that the background sweep has read so far. */
  readonly verifiedPages: number;
  /** Pages so far that were not what the guest had written. */
  readonly badPages: number;
  /** Nominal time between two beats. */
  readonly periodNs: number;
}

/** What a record says beside the beat. */
export interface RecordHead {
  /** Datagrams that the observer's socket has lost so far. */
  readonly dropped: number;
  /** The guest that sent it. */
  readonly guestId: number;
}

export function readRecordHead(record: Buffer): RecordHead {
  return { dropped: record.readUInt32LE(8), guestId: record.readUInt32LE(24) };
}

/** Reads a record of RECORD_BYTES. */
export function readBeat(record: Buffer): Beat {
  return {
    arrivalNs: record.readBigUInt64LE(0),
    guestId: record.readUInt32LE(24),
    kind: GUEST_KINDS[record.readUInt8(28) - 1] ?? 'linux',
    workload: WORKLOAD_NAMES[record.readUInt8(29)] ?? 'idle',
    phase: PHASES[record.readUInt8(30)] ?? 'quiet',
    sequence: Number(record.readBigUInt64LE(32)),
    guestNs: record.readBigUInt64LE(40),
    guestRealtimeNs: record.readBigUInt64LE(48),
    workPages: Number(record.readBigUInt64LE(56)),
    verifiedPages: Number(record.readBigUInt64LE(64)),
    badPages: record.readUInt32LE(72),
    periodNs: record.readUInt32LE(76) * 1000,
  };
}
