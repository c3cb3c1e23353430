import { EventEmitter, on } from 'node:events';
import { AbortRequest } from './abort.js';
import { type MigrationTrace, publish, traceMigration, traceOf } from './channels.js';
import type { Course } from './course.js';
import type { MigrationEvent, MigrationEventType } from './events.js';
import type { ResolvedOptions } from './options.js';
import type { MigrationResult } from './result.js';
import { Run } from './run.js';
import { reasonOf } from './until.js';

type EventMap = { event: [MigrationEvent] } & { [T in MigrationEventType]: [Extract<MigrationEvent, { type: T }>] };

/**
 * A migration under way: awaited it gives the result, iterated its events, and it emits each event by its type as well as by the name
 * `event`.
 *
 * - `await migration` resolves when the guest is on the destination and rejects with a `MigrationError` otherwise.
 * - `await migration.outcome` never rejects: the result says what became of the guest in every case.
 * - `for await (const event of migration)` ends with the event `end`, after a failure too.
 *
 * A listener that throws does not disturb the migration: its error is thrown again outside, as an uncaught exception.
 */
export class Migration
  extends EventEmitter<EventMap>
  implements PromiseLike<MigrationResult>, AsyncIterable<MigrationEvent>
{
  /** The result, whatever it is; never rejects. */
  readonly outcome: Promise<MigrationResult>;
  readonly #abort = new AbortRequest();
  readonly #trace: MigrationTrace;
  #end: MigrationEvent | undefined;

  /** @internal `migrate()` and `adopt()` make these. */
  constructor(options: ResolvedOptions, course?: Course) {
    super();
    const { signal } = options;
    const onSignal = () => this.abort(reasonOf(signal));
    if (signal?.aborted) onSignal();
    signal?.addEventListener('abort', onSignal, { once: true });
    this.#trace = traceOf(options, course !== undefined);
    const run = new Run(options, this.#abort, (event) => this.#tell(event), course);
    // Listeners that are attached right after the call must not miss the first event.
    this.outcome = Promise.resolve()
      .then(() => traceMigration(this.#trace, () => run.execute()))
      .finally(() => signal?.removeEventListener('abort', onSignal));
  }

  /**
   * Asks to abort; the result's `abort.outcome` says what became of it. The first reason wins, later calls change nothing.
   *
   * @param reason - in words; it is what the result and the error report
   */
  abort(reason = 'abort() was called'): void {
    this.#abort.ask(reason);
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the point of it
  then<T = MigrationResult, E = never>(
    onFulfilled?: ((result: MigrationResult) => T | PromiseLike<T>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    return this.outcome
      .then((result) => {
        if (result.error !== undefined) throw result.error;
        return result;
      })
      .then(onFulfilled, onRejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MigrationEvent, void, undefined> {
    if (this.#end !== undefined) {
      yield this.#end;
      return;
    }
    for await (const [event] of on(this, 'event', { close: ['end'] })) yield event;
  }

  #tell(event: MigrationEvent): void {
    if (event.type === 'end') this.#end = event;
    publish(this.#trace, event);
    for (const name of ['event', event.type] as const) {
      for (const listener of this.rawListeners(name)) {
        try {
          Reflect.apply(listener, this, [event]);
        } catch (error) {
          process.nextTick(() => {
            throw error;
          });
        }
      }
    }
  }
}
