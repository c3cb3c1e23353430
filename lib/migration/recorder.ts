import type { MigrationEvent } from './events.js';
import { entryOf, Journal, type JournalEntry } from './journal.js';
import type { ResolvedOptions } from './options.js';
import { withoutSecrets } from './secrets.js';

/** Writes a run into its journal, where it has one. A disk that is full ends the journal, not the migration. */
export class Recorder {
  readonly #onEnd: (why: string) => void;
  #journal: Journal | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param onEnd - told when the journal cannot be written any more, and why */
  constructor(onEnd: (why: string) => void) {
    this.#onEnd = onEnd;
  }

  /** @throws PrecopyError `ERR_PRECOPY_JOURNAL`, or the file system's error: before anything is touched */
  async open({ journal, domain, source, destination }: ResolvedOptions): Promise<void> {
    if (journal === undefined) return;
    this.#journal = await Journal.open(journal);
    this.write({ type: 'begin', domain, source: withoutSecrets(source), destination: withoutSecrets(destination) });
    await this.#last;
  }

  /** Writes an event down, if it is one of those that are kept. */
  note(event: MigrationEvent): void {
    const entry = entryOf(event);
    if (entry !== undefined) this.write(entry);
  }

  /** Writes an entry down, after those before it. */
  write(entry: JournalEntry): void {
    const journal = this.#journal;
    if (journal === undefined) return;
    this.#last = journal.write(entry).catch((error: unknown) => {
      if (this.#journal === undefined) return;
      this.#journal = undefined;
      journal.close().catch(() => {}); // what went wrong with the file is told already
      this.#onEnd(error instanceof Error ? error.message : String(error));
    });
  }

  /** Resolves when all that was written is on the disk. */
  get written(): Promise<void> {
    return this.#last;
  }

  async close(): Promise<void> {
    await this.#last;
    // All of it is on the disk by now, so that nothing hangs on how the closing went.
    await this.#journal?.close().catch(() => {});
  }
}
