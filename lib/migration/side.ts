import { DOMParser } from '@xmldom/xmldom';
import { PrecopyError } from '../errors.js';
import { Connection, type ConnectionOptions, type Domain, LibvirtError } from '../libvirt/index.js';
import { withDeadline } from './deadline.js';
import type { Role } from './events.js';
import type { Host, ResolvedOptions } from './options.js';
import type { SideView } from './ownership.js';
import type { HostIdentity } from './result.js';
import { withoutPassword } from './secrets.js';

type Deadlines = ResolvedOptions['deadlines'];

/**
 * One host of a migration, with two connections: `data` carries the one long call, `control` everything else. A connection that has a
 * long call on it dies when too many others queue up behind it, so they never share one.
 */
export class Side {
  readonly role: Role;
  readonly data: Connection;
  readonly identity: HostIdentity;
  readonly #deadlines: Deadlines;
  readonly #ownsData: boolean;
  #control: Connection;
  /** Whom `glance` saw last: to look a guest up is a call of its own. */
  #glimpsed: Domain | undefined;
  #isClosed = false;

  private constructor(
    role: Role,
    data: Connection,
    ownsData: boolean,
    control: Connection,
    identity: HostIdentity,
    deadlines: Deadlines,
  ) {
    this.role = role;
    this.data = data;
    this.identity = identity;
    this.#ownsData = ownsData;
    this.#control = control;
    this.#deadlines = deadlines;
  }

  get control(): Connection {
    return this.#control;
  }

  /** Opens both connections and asks the host who it is; whatever was opened is closed again when any of it fails. */
  static async connect(role: Role, host: Host, deadlines: Deadlines): Promise<Side> {
    const given = host instanceof Connection ? host : undefined;
    const opened: Connection[] = [];
    const open = async (): Promise<Connection> => {
      const connection = await openHost(host, deadlines.connectMs, `Connecting to the ${role}`);
      opened.push(connection);
      return connection;
    };
    try {
      const data = given ?? (await open());
      const control = await open();
      const identity = await withDeadline(identify(control), deadlines.callMs, `Identifying the ${role}`);
      return new Side(role, data, given === undefined, control, identity, deadlines);
    } catch (error) {
      await Promise.allSettled(opened.map((connection) => connection.close()));
      if (error instanceof LibvirtError) {
        throw new PrecopyError(
          'ERR_PRECOPY_UNREACHABLE',
          `The ${role} cannot be reached at ${uriOf(host)}: ${error.message}`,
          { cause: error, remedy: `Check that ${uriOf(host)} is the ${role}'s URI and that its libvirt daemon runs.` },
        );
      }
      throw error;
    }
  }

  /** The guest on this side's control connection, or undefined when the host does not have it. */
  async findDomain(nameOrUuid: string): Promise<Domain | undefined> {
    const connection = await this.#liveControl();
    const lookup = UUID.test(nameOrUuid)
      ? connection.domainLookupByUUID(nameOrUuid)
      : connection.domainLookupByName(nameOrUuid);
    try {
      return await withDeadline(lookup, this.#deadlines.callMs, `Looking for the guest on the ${this.role}`);
    } catch (error) {
      if (error instanceof LibvirtError && error.code === 'VIR_ERR_NO_DOMAIN') return undefined;
      throw error;
    }
  }

  /** What this host says of the guest now; never throws, since not to know is an answer too. */
  async observe(uuid: string): Promise<SideView> {
    try {
      const domain = await this.findDomain(uuid);
      if (domain === undefined) return { seen: 'absent' };
      const { state, reason } = await withDeadline(
        domain.getState(),
        this.#deadlines.callMs,
        `Asking the ${this.role} for the guest's state`,
      );
      return viewOf(state, reason);
    } catch (error) {
      return viewWithout(error);
    }
  }

  /** The same by the connection that there is, however long it takes: for looking again and again, a call at a time. */
  async glance(uuid: string): Promise<SideView> {
    try {
      const known = this.#glimpsed;
      const isKnown = known?.uuid === uuid && known.connection === this.#control;
      this.#glimpsed = isKnown ? known : await this.#control.domainLookupByUUID(uuid);
      const { state, reason } = await this.#glimpsed.getState();
      return viewOf(state, reason);
    } catch (error) {
      this.#glimpsed = undefined;
      return viewWithout(error);
    }
  }

  /** Whether the connection of the long call still stands; never throws. */
  async isDataAlive(): Promise<boolean> {
    try {
      return await withDeadline(
        this.data.isAlive(),
        this.#deadlines.callMs,
        `Asking for the ${this.role}'s connection`,
      );
    } catch {
      return false;
    }
  }

  /** The same guest on a connection that stands, where its own has broken. */
  async revive(domain: Domain): Promise<Domain> {
    if (domain.connection.lost === undefined) return domain;
    return (await this.findDomain(domain.uuid)) ?? domain;
  }

  /** Suspends the guest here, where it is. libvirt: virDomainSuspend. */
  async suspend(uuid: string): Promise<void> {
    const domain = await this.findDomain(uuid);
    const { callMs } = this.#deadlines;
    if (domain) await withDeadline(domain.suspend(), callMs, `Suspending the guest on the ${this.role}`);
  }

  /** Closes what this side opened. A connection with a call that never returns is left to it after the deadline. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const mine = this.#ownsData ? [this.data, this.#control] : [this.#control];
    await Promise.allSettled(
      mine.map((connection) =>
        withDeadline(connection.close(), this.#deadlines.callMs, `Closing the ${this.role}'s connection`),
      ),
    );
  }

  /** The control connection, opened anew when the daemon went away in between: who owns the guest must be asked all the same. */
  async #liveControl(): Promise<Connection> {
    if (this.#isClosed) {
      throw new PrecopyError(
        'ERR_PRECOPY_CONNECTION_CLOSED',
        `The migration has closed its connections to the ${this.role}`,
      );
    }
    if (this.#control.closed || this.#control.lost !== undefined || !(await this.#answers())) {
      const renewed = await openHost(this.#control, this.#deadlines.connectMs, `Reconnecting to the ${this.role}`);
      this.#control.close().catch(() => {});
      this.#control = renewed;
      // Closed while it was being opened: nobody else would do it.
      if (this.#isClosed) await renewed.close();
    }
    return this.#control;
  }

  async #answers(): Promise<boolean> {
    try {
      return await withDeadline(
        this.#control.isAlive(),
        this.#deadlines.callMs,
        `Asking the ${this.role} whether it is there`,
      );
    } catch {
      return false;
    }
  }
}

function viewOf(state: string, reason: string): SideView {
  return state === 'shutoff' ? { seen: 'absent' } : { seen: 'present', state, reason };
}

/** What an error says of the guest: between the look-up and the question it may have gone. */
function viewWithout(error: unknown): SideView {
  if (error instanceof LibvirtError && error.code === 'VIR_ERR_NO_DOMAIN') return { seen: 'absent' };
  return { seen: 'unreachable', why: error instanceof Error ? error.message : String(error) };
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

async function openHost(host: Host, deadlineMs: number, what: string): Promise<Connection> {
  const { uri, options } = addressOf(host);
  const opening = Connection.open(uri, options);
  try {
    return await withDeadline(opening, deadlineMs, what);
  } catch (error) {
    // One that opens after its deadline has nobody else who would close it.
    opening.then((late) => late.close()).catch(() => {});
    throw error;
  }
}

function addressOf(host: Host): { uri: string; options?: ConnectionOptions } {
  if (host instanceof Connection) return host;
  if (typeof host === 'string') return { uri: host };
  const { uri, ...options } = host;
  return { uri, options };
}

/** The URI of a host as its caller gave it, without a password: it is to be told. */
export function uriOf(host: Host): string {
  return withoutPassword(addressOf(host).uri);
}

async function identify(connection: Connection): Promise<HostIdentity> {
  const [hostname, capabilities, libvirtVersion, hypervisorVersion] = await Promise.all([
    connection.getHostname(),
    connection.getCapabilities(),
    connection.getLibVersion(),
    connection.getVersion(),
  ]);
  const hostElement = new DOMParser().parseFromString(capabilities, 'text/xml').getElementsByTagName('host')[0];
  const hostUuid = hostElement?.getElementsByTagName('uuid')[0]?.textContent?.trim() ?? '';
  return {
    hostname,
    hostUuid,
    libvirtVersion: libvirtVersion.text,
    hypervisorVersion: hypervisorVersion.text,
  };
}
