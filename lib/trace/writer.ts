import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { PrecopyError } from '../errors.js';
import type { TraceEntry } from './format.js';

/** Those that are open: what they have not written yet is written when the process ends by itself, or by an error. */
const openWriters = new Set<TraceWriter>();

function finishAll(): void {
  for (const writer of openWriters) writer.finishNow();
}

/**
 * Writes a trace line by line, never waited for by whoever adds to it. What is added while a write is under way goes with the next one,
 * whole lines only.
 *
 * Where the process exits or throws, everything that was added is in the file; where it is killed, everything but the last milliseconds, and
 * the last line may be torn. It is not synced: a trace explains, nobody recovers by it.
 */
export class TraceWriter implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #onEnd: (why: string) => void;
  #waiting = '';
  /** What is being written. It has its place in the file, so that it can be written there a second time. */
  #underWay: Buffer = Buffer.alloc(0);
  #position = 0;
  #writing: Promise<void> | undefined;
  #hasEnded = false;

  private constructor(file: FileHandle, onEnd: (why: string) => void) {
    this.#file = file;
    this.#onEnd = onEnd;
    if (openWriters.size === 0) process.on('exit', finishAll);
    openWriters.add(this);
  }

  /**
   * Creates the file, readable by its owner alone.
   *
   * @param onEnd - told when the trace cannot be written any more, such as on a full disk, and why; later entries are dropped
   * @throws PrecopyError `ERR_PRECOPY_TRACE` when there is such a file already, or it cannot be created
   */
  static async create(path: string, onEnd: (why: string) => void): Promise<TraceWriter> {
    try {
      return new TraceWriter(await open(path, 'wx', 0o600), onEnd);
    } catch (cause) {
      const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
      throw new PrecopyError('ERR_PRECOPY_TRACE', `The trace ${path} cannot be created: ${reasonOf(cause)}`, {
        cause,
        remedy: exists ? 'Name a new file: a trace is never overwritten.' : 'Name a file that can be written.',
      });
    }
  }

  /** Adds an entry; never throws and never waits. */
  write(entry: TraceEntry): void {
    if (this.#hasEnded) return;
    this.#waiting += `${JSON.stringify(entry)}\n`;
    this.#writing ??= this.#flush();
  }

  /** Resolves when all that was added is in the file, and closes it. */
  async close(): Promise<void> {
    await this.#writing;
    this.#end();
    await this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Writes the rest at once: the process ends now, and with it the write under way. */
  finishNow(): void {
    const rest = Buffer.concat([this.#underWay, Buffer.from(this.#waiting)]);
    try {
      for (let done = 0; done < rest.length; ) {
        done += writeSync(this.#file.fd, rest, done, rest.length - done, this.#position + done);
      }
    } catch {
      // Nobody is left to be told.
    }
  }

  async #flush(): Promise<void> {
    try {
      while (this.#waiting !== '') {
        this.#underWay = Buffer.from(this.#waiting);
        this.#waiting = '';
        while (this.#underWay.length > 0) {
          const { bytesWritten } = await this.#file.write(this.#underWay, 0, this.#underWay.length, this.#position);
          this.#position += bytesWritten;
          this.#underWay = this.#underWay.subarray(bytesWritten);
        }
      }
    } catch (error) {
      this.#end();
      this.#onEnd(reasonOf(error));
    } finally {
      this.#writing = undefined;
    }
  }

  #end(): void {
    this.#hasEnded = true;
    this.#waiting = '';
    openWriters.delete(this);
    if (openWriters.size === 0) process.off('exit', finishAll);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
