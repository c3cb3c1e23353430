import { ConnectDomainQemuMonitorEventRegisterFlags as RegisterFlags } from './constants.generated.js';
import { EVENT_TABLE } from './event-table.js';
import type { DomainEventName } from './event-types.js';
import { type NativeConnection, type NativeDomain, native } from './native.js';

/** How libvirt is asked for one event, and how it is told that nobody wants it any more. */
export interface Registrar {
  /** The addon's function, whose name is libvirt's. */
  readonly call: { readonly name: string };
  /** What it is called with beside the connection. */
  readonly args: readonly unknown[];
  /** Resolves with libvirt's number for the registration. */
  register(connection: NativeConnection): Promise<number>;
  deregister(connection: NativeConnection, callbackId: number): Promise<void>;
}

/**
 * A pattern that all names match. One there must be: without a pattern libvirt's client tells the host only of the first registration on a
 * connection, and the others hear nothing.
 */
const ANY_NAME = '.';

/** The functions for an event, on one domain or on all of them (null). */
export function registrarOf(name: DomainEventName, domain: NativeDomain | null, listener: number): Registrar {
  const { id } = EVENT_TABLE[name];
  if (id === undefined) {
    const { connectDomainQemuMonitorEventRegister: call, connectDomainQemuMonitorEventDeregister: deregister } =
      native();
    const args = [domain, ANY_NAME, RegisterFlags.REGEX, listener] as const;
    return { call, args, register: (connection) => call(connection, ...args), deregister };
  }
  const { connectDomainEventRegisterAny: call, connectDomainEventDeregisterAny: deregister } = native();
  const args = [domain, id, listener] as const;
  return { call, args, register: (connection) => call(connection, ...args), deregister };
}
