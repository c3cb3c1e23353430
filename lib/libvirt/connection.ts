import { ConnectionClosedError, PrecopyError } from '../errors.js';
import { traced } from './call-channel.js';
import { ConnectCloseReason, ConnectFlags } from './constants.generated.js';
import { addNativeListener, removeNativeListener } from './dispatch.js';
import { Domain } from './domain.js';
import { type DomainStats, toDomainStats } from './domain-stats.js';
import { type ConnectionOptions, checkOptions, type Endpoint, splitEndpoint } from './endpoint.js';
import { LibvirtError, translateFailure } from './error.js';
import type { CloseEvent, EventSource } from './event-source.js';
import { HostCalls, toVersion, type Version } from './host-calls.js';
import { camelNameOf } from './names.js';
import { type NativeConnection, native } from './native.js';
import type { RegistrationTarget } from './registration.js';
import { type RestoreParameters, SAVE_PARAMETERS } from './save-parameters.js';
import { toParameters } from './typed-parameters.js';
import { buildUri } from './uri.js';

const DEFAULT_KEEP_ALIVE = { intervalSeconds: 5, count: 5 };

const abandoned = new FinalizationRegistry<number>(removeNativeListener);

/** The version of the libvirt library in this process. libvirt: virGetVersion. */
export async function getVersion(): Promise<Version> {
  return toVersion(await native().getVersion());
}

/**
 * A connection to a host's libvirt.
 *
 * ```ts
 * await using connection = await Connection.open('qemu:///system');
 * const domain = await connection.domainLookupByName('db1');
 * console.log(await domain.getState());
 * ```
 *
 * Calls on one connection run side by side, each on a thread of its own, but a host reads no more than five at a time
 * and drops a connection that has more in flight for long: use one connection for a migration and another for control.
 * An open connection alone does not keep the process alive; a call in flight, an
 * iterator that is waited for, and ref() do.
 */
export class Connection extends HostCalls implements AsyncDisposable {
  readonly uri: string;
  /** @internal */
  readonly handle: NativeConnection;
  readonly #options: ConnectionOptions;
  /** Domains that have events registered: they are told when the connection ends. */
  readonly #sources = new Set<EventSource>();
  #closing: Promise<void> | undefined;
  #lost: CloseEvent | undefined;
  #referenced = false;

  private constructor(uri: string, options: ConnectionOptions, handle: NativeConnection) {
    super();
    this.uri = uri;
    this.#options = options;
    this.handle = handle;
  }

  /**
   * Opens a connection. Throws InvalidArgumentError for a URI that could do more than connect (see {@link UriOptions})
   * and LibvirtError if the host cannot be reached. libvirt: virConnectOpenAuth, virConnectSetKeepAlive.
   */
  static async open(endpoint: Endpoint, options: ConnectionOptions = {}): Promise<Connection> {
    const split = splitEndpoint(endpoint, 'uri');
    checkOptions(options);
    const all: ConnectionOptions = { ...split.options, ...options };
    checkOptions(all);
    const uri = buildUri(split.uri, all);
    // Aliases need no flag against them: they have no colon, and our URIs do.
    const flags = all.readOnly === true ? ConnectFlags.RO : 0;
    const { auth = {}, keepAlive = DEFAULT_KEEP_ALIVE } = all;
    const args = [uri, flags, auth.username, auth.authname, auth.password, auth.realm] as const;
    const { connectOpen } = native();
    const handle = await traced(connectOpen, split, async () => {
      try {
        return await connectOpen(...args);
      } catch (reason) {
        throw translateFailure(reason, split.uri, args);
      }
    });
    const connection = new Connection(split.uri, all, handle);
    try {
      if (keepAlive !== false) await connection.#keepAlive(keepAlive.intervalSeconds, keepAlive.count);
      await connection.#watchClose();
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** The options it was opened with. */
  get options(): ConnectionOptions {
    return this.#options;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Why and when the connection broke, if it did. It still has to be closed. */
  get lost(): CloseEvent | undefined {
    return this.#lost;
  }

  /**
   * Ends the connection: refuses new calls at once, waits for those in flight, then releases everything. Idempotent.
   * A call that hangs delays it; keepalive ends that. libvirt: virConnectClose.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Keeps the process alive until unref() or close(): for programs that only wait for events. */
  ref(): this {
    if (!this.#referenced && !this.closed) {
      this.#referenced = true;
      native().retain();
    }
    return this;
  }

  /** Undoes ref(). */
  unref(): this {
    if (this.#referenced) {
      this.#referenced = false;
      native().release();
    }
    return this;
  }

  /** False when it has been closed or the host has gone, as far as that is noticed. libvirt: virConnectIsAlive. */
  async isAlive(): Promise<boolean> {
    if (this.closed || this.#lost !== undefined) return false;
    return this.call(native().connectIsAlive);
  }

  /** Throws LibvirtError `VIR_ERR_NO_DOMAIN` if there is none. libvirt: virDomainLookupByName. */
  async domainLookupByName(name: string): Promise<Domain> {
    return new Domain(this, await this.call(native().domainLookupByName, name));
  }

  /** libvirt: virDomainLookupByUUIDString. */
  async domainLookupByUUID(uuid: string): Promise<Domain> {
    return new Domain(this, await this.call(native().domainLookupByUUIDString, uuid));
  }

  /** libvirt: virDomainLookupByID. */
  async domainLookupByID(id: number): Promise<Domain> {
    return new Domain(this, await this.call(native().domainLookupByID, id));
  }

  /** All domains, or those that the flags (ConnectListAllDomainsFlags) ask for. libvirt: virConnectListAllDomains. */
  async listAllDomains(flags = 0): Promise<Domain[]> {
    return (await this.call(native().connectListAllDomains, flags)).map((found) => new Domain(this, found));
  }

  /**
   * Statistics of all domains in one call. `stats` (DomainStatsTypes): which groups, 0 all of them; `flags`
   * (ConnectGetAllDomainStatsFlags): of which domains. libvirt: virConnectGetAllDomainStats.
   */
  async getAllDomainStats(stats = 0, flags = 0): Promise<DomainStats[]> {
    const records = await this.call(native().connectGetAllDomainStats, stats, flags);
    return records.map(({ domain, values }) => toDomainStats(new Domain(this, domain), values));
  }

  /** Starts a transient domain. libvirt: virDomainCreateXML. */
  async domainCreateXML(xml: string, flags = 0): Promise<Domain> {
    return new Domain(this, await this.call(native().domainCreateXML, xml, flags));
  }

  /** Defines a persistent domain, or redefines it. libvirt: virDomainDefineXMLFlags. */
  async domainDefineXML(xml: string, flags = 0): Promise<Domain> {
    return new Domain(this, await this.call(native().domainDefineXMLFlags, xml, flags));
  }

  /** Runs a domain that was saved to a file of the host. libvirt: virDomainRestoreFlags. */
  domainRestore(file: string): Promise<void> {
    return this.domainRestoreFlags(file);
  }

  /** The same, with other XML or flags (DomainSaveRestoreFlags). libvirt: virDomainRestoreFlags. */
  domainRestoreFlags(file: string, destinationXml?: string, flags = 0): Promise<void> {
    return this.call(native().domainRestoreFlags, file, destinationXml, flags);
  }

  /** The same with typed parameters. libvirt: virDomainRestoreParams. */
  async domainRestoreParams(parameters: RestoreParameters, flags = 0): Promise<void> {
    const typed = toParameters(SAVE_PARAMETERS, parameters, 'parameters');
    await this.call(native().domainRestoreParams, typed, flags);
  }

  /** The XML in a saved file. libvirt: virDomainSaveImageGetXMLDesc. */
  domainSaveImageGetXMLDesc(file: string, flags = 0): Promise<string> {
    return this.call(native().domainSaveImageGetXMLDesc, file, flags);
  }

  /** Replaces the XML in a saved file. libvirt: virDomainSaveImageDefineXML. */
  domainSaveImageDefineXML(file: string, xml: string, flags = 0): Promise<void> {
    return this.call(native().domainSaveImageDefineXML, file, xml, flags);
  }

  /** @internal */
  watchSource(source: EventSource): void {
    this.#sources.add(source);
  }

  protected override registrationTarget(): RegistrationTarget {
    if (this.closed) throw new ConnectionClosedError(this.uri);
    return { connection: this.handle, domain: undefined, uri: this.uri };
  }

  async #keepAlive(intervalSeconds: number, count: number): Promise<void> {
    try {
      await this.call(native().connectSetKeepAlive, intervalSeconds, count);
    } catch (error) {
      // A driver inside this process has nothing to keep alive.
      if (!(error instanceof LibvirtError && error.code === 'VIR_ERR_NO_SUPPORT')) throw error;
    }
  }

  async #watchClose(): Promise<void> {
    // Weakly: a connection that nobody holds any more is closed by the garbage collector.
    const weak = new WeakRef(this);
    const listener = addNativeListener((monotonicNs, _domain, { reason }) => {
      const connection = weak.deref();
      if (connection === undefined) return;
      connection.#connectionLost({ reason: camelNameOf(ConnectCloseReason, reason), monotonicNs });
    });
    abandoned.register(this, listener);
    await this.call(native().connectRegisterCloseCallback, listener);
  }

  #connectionLost(event: CloseEvent): void {
    if (this.closed || this.#lost !== undefined) return;
    this.#lost = event;
    this.#finishAll(event);
  }

  async #close(): Promise<void> {
    this.unref();
    const { connectClose } = native();
    await traced(connectClose, this, async () => {
      try {
        await connectClose(this.handle);
      } catch (reason) {
        throw translateFailure(reason, this.uri, [this]);
      }
    });
    if (this.#lost === undefined) this.#finishAll({ reason: 'client', monotonicNs: process.hrtime.bigint() });
  }

  #finishAll(event: CloseEvent): void {
    for (const source of [...this.#sources, this]) source.finish(event);
    this.#sources.clear();
  }
}

/** Opens an endpoint, or passes a connection through that is open already. `opened` says whose it is to close. */
export async function connect(
  endpoint: Endpoint | Connection,
): Promise<{ readonly connection: Connection; readonly opened: boolean }> {
  if (!(endpoint instanceof Connection)) return { connection: await Connection.open(endpoint), opened: true };
  if (endpoint.closed) throw new ConnectionClosedError(endpoint.uri);
  if (endpoint.lost !== undefined) {
    throw new PrecopyError(
      'ERR_PRECOPY_CONNECTION_LOST',
      `the connection to ${endpoint.uri} is lost: ${endpoint.lost.reason}`,
    );
  }
  return { connection: endpoint, opened: false };
}
