import { EventEmitter } from 'node:events';
import { InvalidArgumentError, PrecopyError } from '../errors.js';
import type { ConnectCloseReason } from './constants.generated.js';
import { EventStream } from './event-stream.js';
import { isDomainEventName } from './event-table.js';
import type { DomainEventName, DomainEvents } from './event-types.js';
import type { NamesOf } from './names.js';
import { Registration, type RegistrationTarget } from './registration.js';

/** The end of a connection. */
export interface CloseEvent {
  /** `client`: close() was called. Otherwise it broke: `error`, `eof` (the other side ended it), `keepalive`. */
  readonly reason: NamesOf<typeof ConnectCloseReason>;
  /** When it was noticed: CLOCK_MONOTONIC, comparable to `process.hrtime.bigint()`. */
  readonly monotonicNs: bigint;
}

/** What connections and domains emit. */
export type SourceEvents = { [Name in DomainEventName]: [event: DomainEvents[Name]] } & {
  /** No more events will come. */
  close: [event: CloseEvent];
  /** The host refused to register an event for which on() was called. */
  error: [error: Error];
};

/** A listener that the host knows about. */
export interface Subscription extends AsyncDisposable {
  /** Removes the listener; settles when the host no longer sends the event, if nobody else listens. */
  unsubscribe(): Promise<void>;
}

/**
 * An emitter of libvirt's events, which are registered with the host while they have listeners. `on()` registers in the
 * background; what happens before the host has answered is missed. To miss nothing use `await subscribe()`, or
 * `events()` and its `ready`. Listeners alone don't keep the process alive.
 */
export abstract class EventSource extends EventEmitter<SourceEvents> {
  readonly #registrations = new Map<DomainEventName, { want(wanted: boolean): Promise<void> }>();
  readonly #streams = new Set<{ end(outcome: { done: true } | { error: unknown }): void }>();
  #subscribing = false;

  constructor() {
    super();
    this.#plain.on('newListener', (name: string | symbol) => this.#listenerAdded(name));
    this.#plain.on('removeListener', (name: string | symbol) => this.#listenerRemoved(name));
  }

  /** Where this source registers its events. Throws if that is no longer possible. */
  protected abstract registrationTarget(): RegistrationTarget;

  /**
   * Adds a listener and settles when the host has registered the event: nothing that happens afterwards is missed.
   * Throws LibvirtError or UnsupportedLibvirtError (and leaves no listener) if the host refuses.
   * libvirt: virConnectDomainEventRegisterAny, virConnectDomainQemuMonitorEventRegister.
   */
  async subscribe<Name extends DomainEventName>(
    name: Name,
    listener: (event: DomainEvents[Name]) => void,
  ): Promise<Subscription> {
    if (!isDomainEventName(name)) throw new InvalidArgumentError('name', name, 'the name of an event of libvirt');
    this.#subscribing = true;
    try {
      this.#plain.on(name, listener);
    } finally {
      this.#subscribing = false;
    }
    try {
      await this.#registration(name).want(true);
    } catch (error) {
      this.#plain.off(name, listener);
      throw error;
    }
    const unsubscribe = async (): Promise<void> => {
      this.#plain.off(name, listener);
      if (this.listenerCount(name) === 0) await this.#registrations.get(name)?.want(false);
    };
    return { unsubscribe, [Symbol.asyncDispose]: unsubscribe };
  }

  /**
   * Events as an async iterator, buffered from now on. Await its `ready` before you cause what you want to see. It ends
   * when the connection is closed or the signal aborts, and throws if the connection breaks.
   */
  events<Name extends DomainEventName>(
    name: Name,
    options: { signal?: AbortSignal } = {},
  ): EventStream<DomainEvents[Name]> {
    const { signal } = options;
    return new EventStream<DomainEvents[Name]>((stream) => {
      const subscription = this.subscribe(name, (event) => stream.push(event));
      const abort = (): void => stream.end({ done: true });
      this.#streams.add(stream);
      // Also when it has aborted already; in its own turn, because the stream is not finished yet.
      if (signal?.aborted) queueMicrotask(abort);
      signal?.addEventListener('abort', abort, { once: true });
      return {
        ready: subscription.then(() => undefined),
        release: async () => {
          this.#streams.delete(stream);
          signal?.removeEventListener('abort', abort);
          await subscription.then((made) => made.unsubscribe()).catch(() => undefined);
        },
      };
    });
  }

  /** @internal The connection has ended: no more events. */
  finish(event: CloseEvent): void {
    const broken = event.reason !== 'client';
    for (const stream of [...this.#streams]) {
      stream.end(
        broken
          ? { error: new PrecopyError('ERR_PRECOPY_CONNECTION_LOST', `the connection is lost: ${event.reason}`) }
          : { done: true },
      );
    }
    this.emit('close', event);
  }

  /** Itself with the names of events as Node types them: a generic name is too much for the compiler. */
  get #plain(): EventEmitter {
    return this;
  }

  #registration<Name extends DomainEventName>(name: Name): { want(wanted: boolean): Promise<void> } {
    const known = this.#registrations.get(name);
    if (known !== undefined) return known;
    const made = new Registration(this.registrationTarget(), name, (event) => this.#deliver(name, event));
    this.#registrations.set(name, made);
    return made;
  }

  #listenerAdded(name: string | symbol): void {
    if (!isDomainEventName(name) || this.#subscribing || this.listenerCount(name) > 0) return;
    this.#background(async () => this.#registration(name).want(true));
  }

  #listenerRemoved(name: string | symbol): void {
    if (!isDomainEventName(name) || this.listenerCount(name) > 0) return;
    this.#background(async () => this.#registrations.get(name)?.want(false));
  }

  #background(step: () => Promise<void>): void {
    step().catch((error: unknown) => {
      this.emit('error', error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** Like emit(), but a listener that throws takes the event from no other listener. */
  #deliver<Name extends DomainEventName>(name: Name, event: DomainEvents[Name]): void {
    for (const listener of this.#plain.rawListeners(name)) {
      try {
        Reflect.apply(listener, this, [event]);
      } catch (error) {
        // To process.on('uncaughtException'), as with any emitter, but after the other listeners.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
