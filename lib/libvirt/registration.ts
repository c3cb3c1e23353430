import { UnsupportedLibvirtError } from '../errors.js';
import { traced } from './call-channel.js';
import { addNativeListener, removeNativeListener } from './dispatch.js';
import { LibvirtError, translateFailure } from './error.js';
import { decodeEvent, EVENT_TABLE } from './event-table.js';
import type { DomainEventName, DomainEvents } from './event-types.js';
import { type NativeConnection, type NativeDomain, native } from './native.js';

/** Where an event is registered: on all domains of a connection, or on one. */
export interface RegistrationTarget {
  readonly connection: NativeConnection;
  readonly domain: NativeDomain | undefined;
  readonly uri: string;
}

/** One event at one target: wanted or not, and whatever it takes with libvirt to get there, one step after the other. */
export class Registration<Name extends DomainEventName> {
  readonly #target: RegistrationTarget;
  readonly #name: Name;
  readonly #deliver: (event: DomainEvents[Name]) => void;
  #wanted = false;
  #registered: { readonly callbackId: number; readonly listener: number } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(target: RegistrationTarget, name: Name, deliver: (event: DomainEvents[Name]) => void) {
    this.#target = target;
    this.#name = name;
    this.#deliver = deliver;
  }

  /** Settles when the host delivers the event, or no longer does. */
  want(wanted: boolean): Promise<void> {
    this.#wanted = wanted;
    const step = this.#last.then(() => this.#reconcile());
    this.#last = step.catch(() => undefined);
    return step;
  }

  async #reconcile(): Promise<void> {
    if (this.#wanted && this.#registered === undefined) await this.#register();
    else if (!this.#wanted && this.#registered !== undefined) await this.#deregister(this.#registered);
  }

  async #register(): Promise<void> {
    const { connection, domain, uri } = this.#target;
    const { id, since } = EVENT_TABLE[this.#name];
    const listener = addNativeListener((monotonicNs, eventDomain, fields) => {
      this.#deliver(decodeEvent(this.#name, monotonicNs, eventDomain, fields));
    });
    const args = [domain ?? null, id, listener] as const;
    try {
      const { connectDomainEventRegisterAny: call } = native();
      const callbackId = await traced(call, this.#target, () => call(connection, ...args));
      this.#registered = { callbackId, listener };
    } catch (reason) {
      removeNativeListener(listener);
      const error = translateFailure(reason, uri, [connection, ...args]);
      // An older libvirt says only that the number of the event is too large.
      if (error instanceof LibvirtError && error.code === 'VIR_ERR_INVALID_ARG') {
        throw new UnsupportedLibvirtError(`the event ${this.#name}`, since, { cause: error });
      }
      throw error;
    }
  }

  async #deregister(registered: { readonly callbackId: number; readonly listener: number }): Promise<void> {
    this.#registered = undefined;
    // Nobody is told anything from here on, whatever the host says: on a connection that is lost it says nothing.
    removeNativeListener(registered.listener);
    await native()
      .connectDomainEventDeregisterAny(this.#target.connection, registered.callbackId)
      .catch(() => undefined);
  }
}
