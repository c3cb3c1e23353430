import type { Clock } from './clock.js';
import type { MigrationEvent } from './events.js';
import type { Observation } from './observer.js';
import type { ResolvedOptions } from './options.js';
import { Recorder } from './recorder.js';
import type { Warning } from './result.js';
import { Tracer } from './tracer.js';

/** Tells what happens, to the caller, the journal and the trace, and keeps the warnings for the result. */
export class Reporter {
  readonly journal = new Recorder((why) =>
    this.warn({ code: 'journal-ended', message: `The journal cannot be written any more: ${why}` }),
  );
  readonly #tracer: Tracer;
  readonly #options: ResolvedOptions;
  readonly #listener: (event: MigrationEvent) => void;
  readonly #clock: Clock;
  readonly #warnings: Warning[] = [];
  #hasEnded = false;

  constructor(options: ResolvedOptions, listener: (event: MigrationEvent) => void, clock: Clock) {
    this.#options = options;
    this.#listener = listener;
    this.#clock = clock;
    this.#tracer = new Tracer(options, clock, (why) =>
      this.warn({ code: 'trace-ended', message: `The trace cannot be written any more: ${why}` }),
    );
  }

  get warnings(): Warning[] {
    return this.#warnings;
  }

  /**
   * Opens journal and trace, where they are wanted.
   *
   * @throws PrecopyError `ERR_PRECOPY_JOURNAL`, `ERR_PRECOPY_TRACE`, or the file system's error: before anything is touched
   */
  async open(isAdopted: boolean): Promise<void> {
    await this.journal.open(this.#options);
    await this.#tracer.open(isAdopted);
  }

  /** Runs what is to be told of; its calls into libvirt are told to the trace. */
  around<T>(work: () => Promise<T>): Promise<T> {
    return this.#tracer.run(work);
  }

  async close(): Promise<void> {
    await Promise.all([this.journal.close(), this.#tracer.close()]);
  }

  /** Tells an event; the end is the last one, whatever a file may still say. */
  tell(event: MigrationEvent): void {
    if (this.#hasEnded) return;
    this.#hasEnded = event.type === 'end';
    this.#listener(event);
    this.journal.note(event);
    this.#tracer.note(event);
  }

  /** Writes down what somebody outside has seen. */
  observe(observation: Observation): void {
    this.#tracer.observe(observation);
  }

  warn(warning: Warning): void {
    this.#warnings.push(warning);
    this.tell({ type: 'warning', atMs: this.#clock.atMs(), ...warning });
  }
}
