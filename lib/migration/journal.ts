import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrecopyError } from '../errors.js';
import type { Endpoint } from '../libvirt/index.js';
import type { Control } from './control.js';
import type { MigrationEvent, Role } from './events.js';
import type { Owner } from './ownership.js';
import type { Phase } from './phases.js';
import type { Outcome } from './result.js';

/** The format's version; a reader refuses others. */
export const JOURNAL_VERSION = 1;

/** What is worth keeping for whoever has to go on after this process. */
export type JournalEntry =
  /** The first line of a migration; a file may hold several, and the last counts. */
  | { type: 'begin'; domain: string; source: Endpoint; destination: Endpoint }
  /** The guest was found on the source, and this is what it did then. */
  | { type: 'identified'; name: string; uuid: string; wasRunning: boolean; control: Control }
  | { type: 'phase'; phase: Phase }
  | { type: 'guest'; side: Role; event: string; detail: string }
  | { type: 'decision'; action: string; reason: string }
  | { type: 'abort'; reason: string }
  | { type: 'result'; outcome: Outcome; owner: Owner };

/** The part of the events that goes into the journal, and how. */
const ENTRY_OF: { [T in MigrationEvent['type']]?: (event: Extract<MigrationEvent, { type: T }>) => JournalEntry } = {
  phase: ({ phase }) => ({ type: 'phase', phase }),
  guest: ({ side, event, detail }) => ({ type: 'guest', side, event, detail }),
  decision: ({ action: { kind, reason } }) => ({ type: 'decision', action: kind, reason }),
  abort: ({ reason }) => ({ type: 'abort', reason }),
  end: ({ result: { outcome, owner } }) => ({ type: 'result', outcome, owner }),
};

/** The entry for an event of a migration; undefined for those that are not kept, samples above all. Pure. */
export function entryOf<T extends MigrationEvent['type']>(
  event: Extract<MigrationEvent, { type: T }>,
): JournalEntry | undefined {
  return ENTRY_OF[event.type as T]?.(event); // the event's own type is T: TypeScript loses that in the union
}

/** Kept in the page cache alone: they explain, and nobody has to recover by them. */
const NOT_SYNCED: ReadonlySet<JournalEntry['type']> = new Set(['decision']);

/**
 * A migration as lines of JSON in a file, so that another process can take over. Lines are only ever appended, in the order of the calls,
 * and synced: whatever crashes, what is left is a readable prefix, maybe with a last line that is torn.
 */
export class Journal implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Opens a journal to append to, or creates it, readable by its owner alone. A torn last line is cut off: it was never promised.
   *
   * @throws PrecopyError `ERR_PRECOPY_JOURNAL` when it cannot be opened or holds something else, or the error of the file system
   */
  static async open(path: string): Promise<Journal> {
    const file = await open(path, 'a+', 0o600).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new PrecopyError('ERR_PRECOPY_JOURNAL', `The journal ${path} cannot be written: ${why}`, {
        cause,
        remedy: 'Name a file in a directory that is there and can be written to.',
      });
    });
    try {
      const text = await file.readFile('utf8');
      parseJournal(path, text);
      await file.truncate(Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
      await syncDirectory(dirname(path));
      return new Journal(path, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Appends an entry; resolves when it is on the disk. Rejects with the file system's error, and then no later one is written. */
  write(entry: JournalEntry): Promise<void> {
    const line = `${JSON.stringify({ version: JOURNAL_VERSION, at: new Date().toISOString(), ...entry })}\n`;
    this.#last = this.#last.then(async () => {
      await this.#file.appendFile(line);
      if (!NOT_SYNCED.has(entry.type)) await this.#file.datasync();
    });
    return this.#last;
  }

  /** Waits for what was written and closes the file. */
  async close(): Promise<void> {
    await this.#last.catch(() => {}); // told to whoever wrote it
    await this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What a journal tells of the last migration in it. */
export interface JournalRecord {
  /** Name or UUID; the UUID where it was found out. */
  readonly domain: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly control: Control | undefined;
  /** Whether the guest ran before it was moved; undefined when the process did not get so far. */
  readonly wasRunning: boolean | undefined;
  /** The phase that was entered last. */
  readonly phase: Phase | undefined;
  /** That it was seen to run on the destination. */
  readonly destinationRan: boolean;
  /** How it ended, if the process lived to see that. */
  readonly result: { readonly outcome: Outcome; readonly owner: Owner } | undefined;
}

/**
 * Reads a journal, also while it is written. At once, because it is a few kilobytes and `adopt()` has no time to wait in.
 *
 * @throws PrecopyError `ERR_PRECOPY_JOURNAL` when it has no migration in it or is damaged elsewhere than in its last line
 */
export function readJournal(path: string): JournalRecord {
  const entries = parseJournal(path, readText(path));
  const start = entries.findLastIndex(({ type }) => type === 'begin');
  const [begin, ...rest] = start < 0 ? [] : entries.slice(start);
  if (begin?.type !== 'begin') throw damaged(path, 'it has no migration in it');
  const last = <T extends JournalEntry['type']>(type: T) =>
    rest.findLast((entry): entry is Extract<JournalEntry, { type: T }> => entry.type === type);
  const identified = last('identified');
  return {
    domain: identified?.uuid ?? begin.domain,
    source: begin.source,
    destination: begin.destination,
    control: identified?.control,
    wasRunning: identified?.wasRunning,
    phase: last('phase')?.phase,
    destinationRan: rest.some((e) => e.type === 'guest' && e.side === 'destination' && e.event === 'resumed'),
    result: last('result'),
  };
}

/** The entries of a journal's text; a last line without its end is left out. Pure. */
export function parseJournal(path: string, text: string): JournalEntry[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, index) => {
    const entry = parseLine(line);
    if (entry === undefined) throw damaged(path, `its line ${index + 1} is no entry`);
    if (entry.version !== JOURNAL_VERSION) {
      throw damaged(path, `its line ${index + 1} has version ${entry.version}, not ${JOURNAL_VERSION}`);
    }
    return entry;
  });
}

const TYPES: ReadonlySet<unknown> = new Set<JournalEntry['type']>([
  ...(['begin', 'identified', 'phase', 'guest', 'decision', 'abort', 'result'] as const),
]);

function parseLine(line: string): (JournalEntry & { version: unknown }) | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    const known = typeof entry === 'object' && entry !== null && 'type' in entry && TYPES.has(entry.type);
    // Whole lines of a known type were written by write(), which is typed.
    return known ? (entry as JournalEntry & { version: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

function damaged(path: string, why: string): PrecopyError {
  return new PrecopyError('ERR_PRECOPY_JOURNAL', `${path} is not a journal that can be used: ${why}`, {
    remedy: 'Name the file that the migration wrote, or call resolve() with both hosts and the guest.',
  });
}

/** A new file is only there after a crash when its directory was synced too. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
