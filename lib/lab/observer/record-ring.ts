import { RECORD_BYTES } from './beat.js';

const CHUNK_RECORDS = 4096;
const ARRIVAL_OFFSET = 0;

/** The newest records of one guest, oldest first, in bounded memory: whole chunks are forgotten when there are too many. */
export class RecordRing {
  readonly #chunks: { data: Buffer; used: number }[] = [];
  readonly #mostChunks: number;

  /** @param mostRecords - how many are kept at least; up to a chunk of 4096 more may be */
  constructor(mostRecords: number) {
    this.#mostChunks = Math.ceil(mostRecords / CHUNK_RECORDS) + 1;
  }

  push(record: Buffer): void {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.used === CHUNK_RECORDS) {
      chunk = { data: Buffer.alloc(CHUNK_RECORDS * RECORD_BYTES), used: 0 };
      this.#chunks.push(chunk);
      if (this.#chunks.length > this.#mostChunks) this.#chunks.shift();
    }
    record.copy(chunk.data, chunk.used * RECORD_BYTES);
    chunk.used += 1;
  }

  /** The records that arrived in [fromNs, toNs]. They are views: read them at once. */
  *between(fromNs: bigint, toNs: bigint): Generator<Buffer> {
    for (const { data, used } of this.#chunks) {
      // Records come nearly in order of arrival, so a chunk can be left out by its last one: a millisecond apart at most.
      if (data.readBigUInt64LE((used - 1) * RECORD_BYTES + ARRIVAL_OFFSET) + 1_000_000n < fromNs) continue;
      for (let index = 0; index < used; index += 1) {
        const record = data.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES);
        const arrivalNs = record.readBigUInt64LE(ARRIVAL_OFFSET);
        if (arrivalNs >= fromNs && arrivalNs <= toNs) yield record;
      }
    }
  }
}
