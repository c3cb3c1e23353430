import { isAscii, isUtf8 } from 'node:buffer';
import { TraceError } from './error.js';

/** No entry comes near to this: it keeps a file without line ends from filling the memory. */
const MOST_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Lines that belong together because they were read together. */
export interface LineBatch {
  readonly lines: readonly string[];
  /** The number of the first of them, from 1. */
  readonly firstNumber: number;
  /** The last of them has no line end: the file ends in it. */
  readonly isTorn: boolean;
}

/**
 * Takes a stream of bytes apart into lines, many at a time, because a long trace has hundreds of thousands.
 *
 * @param name - of the file, for errors
 * @throws TraceError for what is no UTF-8, except at the torn end, and for a line without an end
 */
export async function* linesOf(chunks: AsyncIterable<Buffer | string>, name: string): AsyncGenerator<LineBatch> {
  let rest: Buffer = Buffer.alloc(0);
  let firstNumber = 1;
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const end = all.lastIndexOf(NEWLINE) + 1;
    rest = all.subarray(end);
    if (rest.length > MOST_BYTES) {
      const number = firstNumber + countLines(all.subarray(0, end));
      throw new TraceError(name, number, `it is longer than ${MOST_BYTES} bytes, and so is no entry`);
    }
    if (end === 0) continue;
    const lines = decode(all.subarray(0, end - 1), firstNumber, name).split('\n');
    yield { lines, firstNumber, isTorn: false };
    firstNumber += lines.length;
  }
  // What is torn may end within a character.
  if (rest.length > 0) yield { lines: [rest.toString('utf8')], firstNumber, isTorn: true };
}

function decode(bytes: Buffer, firstNumber: number, name: string): string {
  // The same of ASCII, which nearly all of a trace is, and several times as fast.
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let number = firstNumber;
  for (let start = 0; start < bytes.length; number += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  throw new TraceError(name, number, 'it is binary data, not text');
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
