import { type Beat, RECORD_BYTES } from '../../lib/lab/observer/beat.js';

export const PERIOD_NS = 1_000_000;

/** A beat of a steady guest; what is given replaces what it would be. */
export function makeBeat(beat: Partial<Beat> & Pick<Beat, 'arrivalNs' | 'sequence'>): Beat {
  return {
    ...{ guestId: 7, kind: 'linux', workload: 'steady', phase: 'writing', periodNs: PERIOD_NS },
    guestNs: BigInt(beat.sequence) * BigInt(PERIOD_NS),
    guestRealtimeNs: 0n,
    workPages: beat.sequence * 10,
    verifiedPages: beat.sequence * 4,
    badPages: 0,
    ...beat,
  };
}

/** Beats at an even pace, 10 pages of work each. */
export function makeTrain(count: number, startNs = 1_000_000_000n): Beat[] {
  return Array.from({ length: count }, (_, index) =>
    makeBeat({ sequence: index + 1, arrivalNs: startNs + BigInt(index) * BigInt(PERIOD_NS) }),
  );
}

/** The same beats after a stop: everything from one of them on comes later by so much. */
export function stopBefore(beats: readonly Beat[], index: number, stopNs: bigint): Beat[] {
  return beats.map((beat, at) => (at < index ? beat : { ...beat, arrivalNs: beat.arrivalNs + stopNs }));
}

/** A record as the observer's program writes it. */
export function makeRecord(beat: Beat, dropped = 0): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  record.writeBigUInt64LE(beat.arrivalNs, 0);
  record.writeUInt32LE(dropped, 8);
  record.write('PCBT', 16, 'latin1');
  record.writeUInt16LE(1, 20);
  record.writeUInt16LE(64, 22);
  record.writeUInt32LE(beat.guestId, 24);
  record.writeUInt8(beat.kind === 'linux' ? 1 : 2, 28);
  record.writeUInt8(['idle', 'steady', 'hot', 'compute', 'burst'].indexOf(beat.workload), 29);
  record.writeUInt8(beat.phase === 'writing' ? 1 : 0, 30);
  record.writeBigUInt64LE(BigInt(beat.sequence), 32);
  record.writeBigUInt64LE(beat.guestNs, 40);
  record.writeBigUInt64LE(beat.guestRealtimeNs, 48);
  record.writeBigUInt64LE(BigInt(beat.workPages), 56);
  record.writeBigUInt64LE(BigInt(beat.verifiedPages), 64);
  record.writeUInt32LE(beat.badPages, 72);
  record.writeUInt32LE(beat.periodNs / 1000, 76);
  return record;
}
