import { type FileHandle, open } from 'node:fs/promises';
import { PrecopyError } from '../errors.js';
import type { TraceEntry } from './format.js';

/**
 * Writes a trace line by line. What is written while a write is under way goes with the next one, whole lines only: after a crash of the
 * process the file ends with a whole line, or in the middle of its last one. It is not synced: a trace explains, nobody recovers by it.
 */
export class TraceWriter implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #onEnd: (why: string) => void;
  #waiting = '';
  #writing: Promise<void> | undefined;
  #hasEnded = false;

  private constructor(file: FileHandle, onEnd: (why: string) => void) {
    this.#file = file;
    this.#onEnd = onEnd;
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
    this.#hasEnded = true;
    await this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #flush(): Promise<void> {
    try {
      while (this.#waiting !== '') {
        const lines = this.#waiting;
        this.#waiting = '';
        await this.#file.appendFile(lines);
      }
    } catch (error) {
      this.#hasEnded = true;
      this.#waiting = '';
      this.#onEnd(reasonOf(error));
    } finally {
      this.#writing = undefined;
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
