import { PrecopyError } from '../../errors.js';
import { type Domain, LibvirtError, type Subscription } from '../../libvirt/index.js';
import { withDeadline } from '../deadline.js';
import type { Role } from '../events.js';
import type { Host, ResolvedOptions } from '../options.js';
import { Side } from '../side.js';
import { orAborted } from '../until.js';
import { sightOf } from './sight.js';
import { type Look, type Sight, standingOf } from './standing.js';

/** So often both hosts are asked again while what they say changes in between. */
const MOST_TRIES = 5;

/** Errors that mean that a host does not answer; all others are the caller's. */
const UNREACHABLE: ReadonlySet<string> = new Set(['ERR_PRECOPY_UNREACHABLE', 'ERR_PRECOPY_DEADLINE']);

export interface HostsOptions {
  source: Host;
  destination: Host;
  domain: string;
  deadlines: ResolvedOptions['deadlines'];
  /** Known beforehand, from a journal. */
  destinationRan: boolean;
  /** When it aborts nobody waits for a host that does not answer. */
  signal: AbortSignal | undefined;
}

type Reached = Side | { readonly why: string };

/** Both hosts after a fault: either may be out of reach, and that is an answer. */
export class Hosts implements AsyncDisposable {
  readonly #sides: Record<Role, Reached>;
  readonly #callMs: number;
  /** Hosts on which it was destroyed by us: shut off there then means gone, not ended. */
  readonly #destroyed = new Set<Role>();
  #domain: string;
  #destinationRan: boolean;
  #watch: Subscription | undefined;

  private constructor(sides: Record<Role, Reached>, options: HostsOptions) {
    this.#sides = sides;
    this.#callMs = options.deadlines.callMs;
    this.#domain = options.domain;
    this.#destinationRan = options.destinationRan;
  }

  /**
   * Opens what can be reached, finds out which guest is meant, and from then on notices when it resumes on the destination.
   *
   * @throws PrecopyError `ERR_PRECOPY_SAME_HOST`, `ERR_PRECOPY_CONNECTION_CLOSED`, `ERR_PRECOPY_ABORTED`
   */
  static async open(options: HostsOptions): Promise<Hosts> {
    const reach = (role: Role) => Side.connect(role, options[role], options.deadlines).catch(unreachableOr);
    const reaching = [reach('source'), reach('destination')] as const;
    const [source, destination] = await orAborted(Promise.all(reaching), options.signal).catch((error: unknown) => {
      // What opens after all has nobody else who would close it.
      for (const reached of reaching) reached.then((side) => (isSide(side) ? side.close() : undefined)).catch(() => {});
      throw error;
    });
    const hosts = new Hosts({ source, destination }, options);
    try {
      if (isSide(source) && isSide(destination) && source.identity.hostUuid === destination.identity.hostUuid) {
        throw new PrecopyError('ERR_PRECOPY_SAME_HOST', `Source and destination are both ${source.identity.hostname}`, {
          owner: 'unknown',
          remedy: 'Name the two hosts of the migration.',
        });
      }
      await hosts.#identify();
      await hosts.#watchDestination();
      return hosts;
    } catch (error) {
      await hosts.close();
      throw error;
    }
  }

  /** The guest's UUID once a host has told it; until then what the caller calls it. */
  get domain(): string {
    return this.#domain;
  }

  /**
   * Looks at both hosts, the destination first: a guest that was seen to run there has been stopped on the source before. The destination
   * is asked once more afterwards, so that no handover in between is taken for something else.
   */
  async look(): Promise<Look> {
    for (let tries = 1; ; tries += 1) {
      const before = await this.#sight('destination');
      const source = await this.#sight('source');
      const destination = await this.#sight('destination');
      if (standingOf(before) === standingOf(destination) || tries === MOST_TRIES) {
        return { source, destination, destinationRan: this.#destinationRan };
      }
    }
  }

  /**
   * Makes a call on the guest of one host.
   *
   * @throws PrecopyError, LibvirtError when it cannot be found, does not take the call, or does not answer in time
   */
  async call(role: Role, what: string, call: (domain: Domain) => Promise<void>): Promise<void> {
    const side = this.#sides[role];
    const domain = isSide(side) ? await side.findDomain(this.#domain) : undefined;
    if (domain === undefined) {
      throw new PrecopyError('ERR_PRECOPY_DOMAIN_NOT_FOUND', `The guest is not on the ${role} any more`);
    }
    await withDeadline(call(domain), this.#callMs, what);
  }

  /** Remembers that what is gone from this host is our doing. */
  noteDestroyed(role: Role): void {
    this.#destroyed.add(role);
  }

  async close(): Promise<void> {
    await this.#watch?.unsubscribe().catch(() => {}); // with the connection it goes anyway
    await Promise.all(Object.values(this.#sides).map((side) => (isSide(side) ? side.close() : undefined)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #sight(role: Role): Promise<Sight> {
    const side = this.#sides[role];
    if (!isSide(side)) return { seen: 'unreachable', why: side.why };
    const sight = await sightOf(side, this.#domain, this.#callMs);
    return sight.seen === 'shutoff' && this.#destroyed.has(role) ? { seen: 'absent' } : sight;
  }

  /** By the source's guest of this name, or else the destination's: from then on the UUID tells which one is meant. */
  async #identify(): Promise<void> {
    for (const side of [this.#sides.source, this.#sides.destination]) {
      const domain = isSide(side) ? await side.findDomain(this.#domain).catch(() => undefined) : undefined;
      if (domain === undefined) continue;
      this.#domain = domain.uuid;
      return;
    }
  }

  async #watchDestination(): Promise<void> {
    const { destination } = this.#sides;
    if (!isSide(destination)) return;
    const subscribing = destination.control.subscribe('lifecycle', ({ domain, event }) => {
      if (event === 'resumed' && domain.uuid === this.#domain) this.#destinationRan = true;
    });
    try {
      this.#watch = await withDeadline(subscribing, this.#callMs, 'Subscribing to the events of the destination');
    } catch (error) {
      // A host that falls silent here is seen to do so at the first look.
      if (!(error instanceof LibvirtError || error instanceof PrecopyError)) throw error;
    }
  }
}

function isSide(reached: Reached): reached is Side {
  return reached instanceof Side;
}

function unreachableOr(error: unknown): Reached {
  if (error instanceof PrecopyError && UNREACHABLE.has(error.code)) return { why: error.message };
  throw error;
}
