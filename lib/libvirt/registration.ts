import { UnsupportedLibvirtError } from '../errors.js';
import { traced } from './call-channel.js';
import { addNativeListener, removeNativeListener } from './dispatch.js';
import { LibvirtError, translateFailure } from './error.js';
import { decodeEvent, EVENT_TABLE } from './event-table.js';
import type { DomainEventName, DomainEvents } from './event-types.js';
import type { NativeConnection, NativeDomain } from './native.js';
import { type Registrar, registrarOf } from './registrar.js';

/** Where an event is registered: on all domains of a connection, or on one. */
export interface RegistrationTarget {
  readonly connection: NativeConnection;
  readonly domain: NativeDomain | undefined;
  readonly uri: string;
}

/** What there is to undo. */
interface Registered {
  readonly registrar: Registrar;
  readonly callbackId: number;
  readonly listener: number;
}

/** One event at one target: wanted or not, and whatever it takes with libvirt to get there, one step after the other. */
export class Registration<Name extends DomainEventName> {
  readonly #target: RegistrationTarget;
  readonly #name: Name;
  readonly #deliver: (event: DomainEvents[Name]) => void;
  #wanted = false;
  #registered: Registered | undefined;
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
    const { connection, domain = null, uri } = this.#target;
    const listener = addNativeListener((monotonicNs, eventDomain, fields) => {
      this.#deliver(decodeEvent(this.#name, monotonicNs, eventDomain, fields));
    });
    const registrar = registrarOf(this.#name, domain, listener);
    try {
      const callbackId = await traced(registrar.call, this.#target, () => registrar.register(connection));
      this.#registered = { registrar, callbackId, listener };
    } catch (reason) {
      removeNativeListener(listener);
      const error = translateFailure(reason, uri, [connection, ...registrar.args]);
      // An older libvirt says only that the number of the event is too large.
      if (error instanceof LibvirtError && error.code === 'VIR_ERR_INVALID_ARG') {
        throw new UnsupportedLibvirtError(`the event ${this.#name}`, EVENT_TABLE[this.#name].since, { cause: error });
      }
      throw error;
    }
  }

  async #deregister({ registrar, callbackId, listener }: Registered): Promise<void> {
    this.#registered = undefined;
    // Nobody is told anything from here on, whatever the host says: on a connection that is lost it says nothing.
    removeNativeListener(listener);
    await registrar.deregister(this.#target.connection, callbackId).catch(() => undefined);
  }
}
