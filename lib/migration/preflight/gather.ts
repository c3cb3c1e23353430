import { PrecopyError } from '../../errors.js';
import { ConnectListAllDomainsFlags, type Domain } from '../../libvirt/index.js';
import type { Sides } from '../connect.js';
import { withDeadline } from '../deadline.js';
import type { Role } from '../events.js';
import type { Side } from '../side.js';
import type {
  Gap,
  GuestFacts,
  HostFacts,
  MemoryFacts,
  PathState,
  PreflightFacts,
  RequestFacts,
  RivalFacts,
} from './facts.js';
import { readGuest } from './guest-xml.js';
import { type Capabilities, readCapabilities } from './host-xml.js';
import { askHypervisor, compareGuestCpu, compareHostCpu } from './hypervisor.js';
import { lookUpPath } from './look-up.js';
import { wantedPaths } from './paths.js';

/** What is asked for beside the request itself. */
export interface GatherOptions {
  readonly request: RequestFacts;
  readonly destinationXml?: string | undefined;
  /** For each call, in milliseconds. */
  readonly callMs: number;
}

/** Facts while they are being gathered. */
type Draft = { -readonly [Name in keyof PreflightFacts]: PreflightFacts[Name] };

/**
 * Asks both hosts for all that preflight judges by. Changes nothing on either. A question that fails leaves a gap and not an error;
 * calls on one connection come one after the other, so that nothing else on it has to wait.
 */
export function gatherFacts(sides: Sides, options: GatherOptions): Promise<PreflightFacts> {
  return new Gathering(sides, options).run();
}

/** Facts without which a migration must not begin. */
const ESSENTIAL = new Set<keyof PreflightFacts>(['guest', 'state', 'sameUuid', 'sameName']);

class Gathering {
  readonly #source: Side;
  readonly #destination: Side;
  readonly #options: GatherOptions;
  readonly #gaps: Gap[] = [];
  readonly #silent = new Set<Role>();
  readonly #facts: Draft;

  constructor({ source, destination }: Sides, options: GatherOptions) {
    this.#source = source;
    this.#destination = destination;
    this.#options = options;
    this.#facts = { request: options.request };
  }

  async run(): Promise<PreflightFacts> {
    const { request } = this.#options;
    const find = async () => (await this.#source.findDomain(request.domain)) ?? null;
    const domain = await this.#ask('source', 'which guest is meant', find, true);
    if (domain === null) this.#facts.guest = null;
    else if (domain !== undefined) await this.#askGuest(domain);
    const [source, destination] = await Promise.all([this.#askHost(this.#source), this.#askHost(this.#destination)]);
    const { arriving } = this.#facts;
    if (domain && arriving !== undefined) await this.#askDestination(domain.uuid, arriving, { source, destination });
    await this.#lookUp(arriving);
    return { ...this.#facts, gaps: this.#gaps };
  }

  async #askGuest(domain: Domain): Promise<void> {
    await this.#learn('guest', 'source', "the guest's definition", async () => readGuest(await domain.getXMLDesc()));
    await this.#learn('state', 'source', "the guest's state", () => domain.getState());
    if (this.#facts.state?.state !== 'shutoff') {
      await this.#learn('job', 'source', "the guest's job", () => domain.getJobStats());
    }
    await this.#learn('hasSnapshots', 'source', "the guest's snapshots", () => this.#hasSnapshots(domain.uuid));
    this.#readArriving();
  }

  async #hasSnapshots(uuid: string): Promise<boolean> {
    const withSnapshots = await this.#source.control.listAllDomains(ConnectListAllDomainsFlags.HAS_SNAPSHOT);
    return withSnapshots.some((domain) => domain.uuid === uuid);
  }

  #readArriving(): void {
    const { destinationXml, request } = this.#options;
    const { guest } = this.#facts;
    if (guest === undefined || guest === null) return;
    let arriving = guest;
    try {
      if (destinationXml !== undefined) arriving = readGuest(destinationXml);
    } catch (error) {
      this.#facts.destinationXmlProblem = messageOf(error);
    }
    this.#facts.arriving = { ...arriving, name: request.destinationName ?? arriving.name };
  }

  async #askHost(side: Side): Promise<Capabilities | undefined> {
    const capabilities = await this.#ask(side.role, 'its capabilities', async () =>
      readCapabilities(await side.control.getCapabilities()),
    );
    const schemes = capabilities === undefined ? {} : { migrationSchemes: capabilities.migrationSchemes };
    const host: HostFacts = { ...side.identity, ...schemes };
    this.#facts[side.role] = host;
    return capabilities;
  }

  async #askDestination(
    uuid: string,
    arriving: GuestFacts,
    capabilities: Record<Role, Capabilities | undefined>,
  ): Promise<void> {
    const { control } = this.#destination;
    const there = 'destination';
    await this.#learn('sameUuid', there, "a guest with this one's UUID", () => this.#findRival(uuid));
    await this.#learn('sameName', there, "a guest with this one's name", () => this.#findRival(arriving.name));
    await this.#learn('hypervisor', there, 'what its hypervisor offers', () => askHypervisor(control, arriving));
    await this.#learn('memory', there, 'its free memory', () => this.#askMemory(arriving, capabilities.destination));

    const { cpu } = arriving;
    // What the hypervisor does not have at all it cannot be compared with.
    if (cpu === undefined || this.#facts.hypervisor?.lacks !== undefined) return;
    const hostCpu = cpu.mode === 'host-passthrough' ? capabilities.source?.cpuXml : undefined;
    await this.#learn('cpu', there, "whether its CPU is compatible with the guest's", () =>
      hostCpu === undefined ? compareGuestCpu(control, arriving, cpu.xml) : compareHostCpu(control, hostCpu),
    );
  }

  async #findRival(nameOrUuid: string): Promise<RivalFacts | null> {
    const domain = await this.#destination.findDomain(nameOrUuid);
    if (domain === undefined) return null;
    return { name: domain.name, uuid: domain.uuid, active: await domain.isActive() };
  }

  async #askMemory(guest: GuestFacts, capabilities?: Capabilities): Promise<MemoryFacts> {
    const { control } = this.#destination;
    const freeBytes = await control.nodeGetFreeMemory();
    const { free = 0, buffers = 0, cached = 0 } = await control.nodeGetMemoryStats();
    // What caches hold is given up for a guest. The two calls have different sources; to refuse wrongly would be worse than to let pass.
    const availableBytes = Math.max(freeBytes, (free + buffers + cached) * 1024);
    const pageBytes = guest.hugePages?.pageBytes ?? capabilities?.pageBytes[1];
    if (guest.hugePages === undefined || pageBytes === undefined) return { availableBytes };
    // Cell -1 stands for the whole host.
    const [pages = 0] = await control.nodeGetFreePages([pageBytes / 1024], -1);
    return { availableBytes, hugePages: { pageBytes, freeBytes: pages * pageBytes } };
  }

  async #lookUp(guest: GuestFacts | undefined): Promise<void> {
    const wanted = wantedPaths(guest, this.#options.request);
    const [source, destination] = await Promise.all(
      [this.#source, this.#destination].map((side) => this.#lookUpOn(side, wanted[side.role])),
    );
    this.#facts.paths = { source: source ?? {}, destination: destination ?? {} };
  }

  async #lookUpOn({ role, control }: Side, paths: readonly string[]): Promise<Record<string, PathState>> {
    const found: Record<string, PathState> = {};
    const refused: string[] = [];
    let why = '';
    for (const path of paths) {
      const state = await this.#ask(role, `whether it has ${path}`, () => lookUpPath(control, path));
      found[path] = state?.state ?? 'unknown';
      if (state?.state !== 'unknown') continue;
      refused.push(path);
      why = state.why;
    }
    // What is refused once is refused for most of them: one gap says it.
    if (refused.length > 0) {
      this.#gaps.push({ side: role, what: `whether it has ${refused.join(', ')}`, why, essential: false });
    }
    return found;
  }

  /** Asks a host for one of the facts. */
  async #learn<Name extends keyof Draft>(
    name: Name,
    side: Role,
    what: string,
    work: () => Promise<Draft[Name]>,
  ): Promise<void> {
    const fact = await this.#ask(side, what, work, ESSENTIAL.has(name));
    if (fact !== undefined) this.#facts[name] = fact;
  }

  /** Asks a host; what goes wrong becomes a gap. A host that has let a deadline pass is not asked again. */
  async #ask<T>(side: Role, what: string, work: () => Promise<T>, essential = false): Promise<T | undefined> {
    if (this.#silent.has(side)) return undefined;
    try {
      return await withDeadline(work(), this.#options.callMs, `Asking the ${side} for ${what}`);
    } catch (error) {
      const silent = error instanceof PrecopyError && error.code === 'ERR_PRECOPY_DEADLINE';
      if (silent) this.#silent.add(side);
      this.#gaps.push({ side, what, why: messageOf(error), essential: essential || silent });
      return undefined;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
