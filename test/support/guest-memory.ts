import { type FileHandle, open } from 'node:fs/promises';
import type { PlainGuest } from '../../lib/lab/guest/plain/plain-guest.js';

const PAGE_BYTES = 4096;
const CHUNK_BYTES = 4 * 1024 ** 2;

/** What two neighbouring words of a stamped page differ by: STEP in program/stamp.c. */
const STEP = 0x9e3779b97f4a7c15n;

/**
 * Changes a bit of a page that the guest has stamped, behind its back: in the memory of its QEMU.
 *
 * @param pagesToSkip - stamped pages that are passed over first
 */
export async function corruptStampedPage(guest: PlainGuest, pagesToSkip: number): Promise<void> {
  const memory = await open(`/proc/${guest.pid}/mem`, 'r+');
  try {
    const base = await guestMemoryAddress(guest);
    const position = await findStampedPage(memory, base, guest.options.memoryBytes, pagesToSkip);
    const byte = Buffer.alloc(1);
    await memory.read(byte, 0, 1, position + 3001);
    byte.writeUInt8(byte.readUInt8() ^ 0x10);
    await memory.write(byte, 0, 1, position + 3001);
  } finally {
    await memory.close();
  }
}

async function guestMemoryAddress(guest: PlainGuest): Promise<number> {
  const answer = await guest.qmp.execute('human-monitor-command', { 'command-line': 'gpa2hva 0' });
  const address = /is (0x[0-9a-f]+)/.exec(String(answer))?.[1];
  if (address === undefined) throw new Error(`QEMU says: ${String(answer)}`);
  return Number(address);
}

async function findStampedPage(memory: FileHandle, base: number, size: number, pagesToSkip: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let skip = pagesToSkip;
  for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
    await memory.read(chunk, 0, CHUNK_BYTES, base + offset);
    for (let page = 0; page < CHUNK_BYTES; page += PAGE_BYTES) {
      if (isStamped(chunk.subarray(page, page + PAGE_BYTES)) && skip-- === 0) return base + offset + page;
    }
  }
  throw new Error('the guest has no stamped page');
}

function isStamped(page: Buffer): boolean {
  const words = [0, 8, 4000, 4008].map((at) => page.readBigUInt64LE(at));
  const [first = 0n, second = 0n, third = 0n, fourth = 0n] = words;
  return BigInt.asUintN(64, second - first) === STEP && BigInt.asUintN(64, fourth - third) === STEP;
}
