import type { Clock } from './clock.js';
import type { MigrationEvent } from './events.js';
import { Recorder } from './recorder.js';
import type { Warning } from './result.js';

/** Tells what happens, to the caller and to the journal, and keeps the warnings for the result. */
export class Reporter {
  readonly journal = new Recorder((why) =>
    this.warn({ code: 'journal-ended', message: `The journal cannot be written any more: ${why}` }),
  );
  readonly #listener: (event: MigrationEvent) => void;
  readonly #clock: Clock;
  readonly #warnings: Warning[] = [];

  constructor(listener: (event: MigrationEvent) => void, clock: Clock) {
    this.#listener = listener;
    this.#clock = clock;
  }

  get warnings(): Warning[] {
    return this.#warnings;
  }

  tell(event: MigrationEvent): void {
    this.#listener(event);
    this.journal.note(event);
  }

  warn(warning: Warning): void {
    this.#warnings.push(warning);
    this.tell({ type: 'warning', atMs: this.#clock.atMs(), ...warning });
  }
}
