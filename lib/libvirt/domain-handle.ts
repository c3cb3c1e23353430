import { type CallSubject, traced } from './call-channel.js';
import type { Connection } from './connection.js';
import { translateFailure } from './error.js';
import { EventSource } from './event-source.js';
import { type NativeDomain, type NativeDomainIdentity, native } from './native.js';
import type { RegistrationTarget } from './registration.js';

/** What all of a domain's calls are built on: the handle, who it is, and its connection. */
export abstract class DomainHandle extends EventSource {
  readonly connection: Connection;
  /** Its name when it was looked up. */
  readonly name: string;
  readonly uuid: string;
  /** @internal */
  readonly handle: NativeDomain;
  readonly #subject: CallSubject;

  /** @internal Connections make domains. */
  constructor(connection: Connection, { handle, name, uuid }: NativeDomainIdentity) {
    super();
    this.connection = connection;
    this.handle = handle;
    this.name = name;
    this.uuid = uuid;
    this.#subject = { uri: connection.uri, name, uuid };
  }

  /** The hypervisor's number for it; undefined when it does not run. libvirt: virDomainGetID. */
  async getID(): Promise<number | undefined> {
    return (await this.call(native().domainGetID)) ?? undefined;
  }

  /** @internal Makes error classes of what the addon rejects with. */
  call<A extends unknown[], R>(call: (domain: NativeDomain, ...args: A) => Promise<R>, ...args: A): Promise<R> {
    return traced(call, this.#subject, async () => {
      try {
        return await call(this.handle, ...args);
      } catch (reason) {
        throw translateFailure(reason, this.connection.uri, [this, ...args]);
      }
    });
  }

  protected override registrationTarget(): RegistrationTarget {
    this.connection.watchSource(this);
    return { connection: this.connection.handle, domain: this.handle, uri: this.connection.uri };
  }
}
