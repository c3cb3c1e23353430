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

class Gathering {
  readonly #source: Side;
  readonly #destination: Side;
  readonly #options: GatherOptions;
  readonly #gaps: Gap[] = [];
  readonly #facts: Draft;

  constructor({ source, destination }: Sides, options: GatherOptions) {
    this.#source = source;
    this.#destination = destination;
    this.#options = options;
    this.#facts = { request: options.request };
  }

  async run(): Promise<PreflightFacts> {
    const { request } = this.#options;
    const domain = await this.#ask('source', 'which guest is meant', async () => {
      return (await this.#source.findDomain(request.domain)) ?? null;
    });
    if (domain === null) this.#facts.guest = null;
    else if (domain !== undefined) await this.#askGuest(domain);
    const [here, there] = await Promise.all([this.#askHost(this.#source), this.#askHost(this.#destination)]);
    const { arriving } = this.#facts;
    if (domain && arriving !== undefined) await this.#askDestination(domain.uuid, arriving, here, there);
    await this.#lookUp(arriving);
    return { ...this.#facts, gaps: this.#gaps };
  }

  async #askGuest(domain: Domain): Promise<void> {
    const facts = this.#facts;
    set(
      facts,
      'guest',
      await this.#ask('source', "the guest's definition", async () => readGuest(await domain.getXMLDesc())),
    );
    set(facts, 'state', await this.#ask('source', "the guest's state", () => domain.getState()));
    if (facts.state?.state !== 'shutoff') {
      set(facts, 'job', await this.#ask('source', "the guest's job", () => domain.getJobStats()));
    }
    set(
      facts,
      'hasSnapshots',
      await this.#ask('source', "the guest's snapshots", () => this.#hasSnapshots(domain.uuid)),
    );
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
    try {
      const arriving = destinationXml === undefined ? guest : readGuest(destinationXml);
      this.#facts.arriving = { ...arriving, name: request.destinationName ?? arriving.name };
    } catch (error) {
      this.#facts.destinationXmlProblem = messageOf(error);
    }
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
    here: Capabilities | undefined,
    there: Capabilities | undefined,
  ): Promise<void> {
    const facts = this.#facts;
    const { control } = this.#destination;
    const ask = <T>(what: string, work: () => Promise<T>): Promise<T | undefined> =>
      this.#ask('destination', what, work);

    set(facts, 'sameUuid', await ask("a guest with this one's UUID", () => this.#findRival(uuid)));
    set(facts, 'sameName', await ask("a guest with this one's name", () => this.#findRival(arriving.name)));
    set(facts, 'hypervisor', await ask('what its hypervisor offers', () => askHypervisor(control, arriving)));
    set(facts, 'memory', await ask('its free memory', () => this.#askMemory(arriving, there)));

    const { cpu } = arriving;
    // What the hypervisor does not have at all it cannot be compared with.
    if (cpu === undefined || facts.hypervisor?.lacks !== undefined) return;
    const hostCpu = cpu.mode === 'host-passthrough' ? here?.cpuXml : undefined;
    const compare = () =>
      hostCpu === undefined ? compareGuestCpu(control, arriving, cpu.xml) : compareHostCpu(control, hostCpu);
    set(facts, 'cpu', await ask("whether its CPU is compatible with the guest's", compare));
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
    const lookUpOn = async (side: Side): Promise<Record<string, PathState>> => {
      const found: Record<string, PathState> = {};
      for (const path of wanted[side.role]) {
        const state = await this.#ask(side.role, `whether it has ${path}`, () => lookUpPath(side.control, path));
        found[path] = state ?? 'unknown';
      }
      return found;
    };
    const [source, destination] = await Promise.all([lookUpOn(this.#source), lookUpOn(this.#destination)]);
    this.#facts.paths = { source, destination };
  }

  async #ask<T>(side: Role, what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await withDeadline(work(), this.#options.callMs, `Asking the ${side} for ${what}`);
    } catch (error) {
      this.#gaps.push({ side, what, why: messageOf(error) });
      return undefined;
    }
  }
}

function set<Name extends keyof Draft>(facts: Draft, name: Name, value: Draft[Name] | undefined): void {
  if (value !== undefined) facts[name] = value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
