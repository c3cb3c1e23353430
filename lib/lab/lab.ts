import { InvalidArgumentError } from '../errors.js';
import { abortSignal, anyObject, callback, checkOptions, integer, type Rules } from '../validation.js';
import { LabError } from './errors.js';
import { Host } from './host/host.js';
import { LabNode } from './host/node.js';
import { buildLab, type Progress } from './lifecycle/build.js';
import { Guest } from './lifecycle/guest.js';
import { type GuestRecord, readGuestRecords } from './lifecycle/guest-records.js';
import { findLeftovers } from './lifecycle/leftovers.js';
import { type LabInfo, listLabs } from './lifecycle/list.js';
import { startObserver } from './lifecycle/observe.js';
import { removeLab } from './lifecycle/remove.js';
import { checkGuestOptions, requireRecord, type StartGuestOptions, startGuest } from './lifecycle/start-guest.js';
import { claim, existsError, type Manifest, readManifest, writeManifest } from './manifest.js';
import { CLIENT, hostNames, labName, MAX_HOSTS, newLabName, requireLabName, requireStateDirectory } from './names.js';
import { Link } from './network/link.js';
import { addressOf, type Nic, planNics } from './network/plan.js';
import { checkShape, type Shape } from './network/shape.js';
import type { Observer } from './observer/index.js';
import { processReaped } from './processes.js';
import { requireRoot, requireTools } from './requirements.js';
import { createDisk, type DiskOptions, type SharedDisk } from './storage/disk.js';

export interface LabOptions {
  /** How many hosts. @defaultValue 2 */
  hosts?: number;
  /** What the link that guests move over can carry. As fast as the machine can when it is left out. */
  link?: Shape;
  /** A name of its own, unique on this machine. @defaultValue `lab` and six random digits */
  name?: string;
  /** Stops the start; what was built is removed before the promise rejects. */
  signal?: AbortSignal;
  /** Told what is being done. */
  onProgress?: Progress;
}

const labRules: Rules<LabOptions> = {
  hosts: integer(1, MAX_HOSTS),
  link: anyObject,
  name: labName,
  signal: abortSignal,
  onProgress: callback,
};

/**
 * Real libvirt hosts on this one machine: each has its own libvirtd, QEMU and network, in namespaces. Needs root, and no hardware virtualization.
 *
 * @example
 * ```ts
 * await using lab = await Lab.start({ hosts: 2, link: { bitsPerSecond: 1e9 } });
 * console.log(lab.host('a').uri); // for virsh --connect
 * ```
 */
export class Lab implements AsyncDisposable {
  readonly name: string;
  readonly hosts: readonly Host[];
  /** The machine beside the hosts from which observers watch the guests, and that serves their disks. */
  readonly client: LabNode;
  /** The link that guests move over. */
  readonly link: Link;
  /** The link between the daemons, and from the client to them. */
  readonly controlLink: Link;
  /** The link to the shared disks. */
  readonly storageLink: Link;
  /** The link between guests and who watches them. */
  readonly guestLink: Link;

  readonly #nics: readonly Nic[];
  #probe: Promise<Observer> | undefined;
  #observer: Observer | undefined;

  private constructor(manifest: Manifest) {
    const nics = planNics(manifest.hosts);
    this.name = manifest.name;
    this.hosts = manifest.hosts.map((name) => new Host(manifest.name, name, nics));
    this.client = new LabNode(manifest.name, CLIENT);
    this.#nics = nics;
    this.link = new Link(manifest.name, 'migration', nics);
    this.controlLink = new Link(manifest.name, 'control', nics);
    this.storageLink = new Link(manifest.name, 'storage', nics);
    this.guestLink = new Link(manifest.name, 'guest', nics);
  }

  /**
   * Brings a lab up. It outlives this process: end it with `stop`, or with `precopy lab down`.
   *
   * @throws InvalidArgumentError, LabError `ERR_PRECOPY_LAB_NOT_ROOT`, `…_MISSING_TOOL` or `…_EXISTS` before anything is touched; `…_DAEMON` or `…_COMMAND` when
   *   something does not start, after all of it has been removed again.
   */
  static async start(options: LabOptions = {}): Promise<Lab> {
    checkOptions<LabOptions>('', options, labRules);
    if (options.link) checkShape('link', options.link);
    const hosts = hostNames(options.hosts ?? 2);
    const name = options.name ?? newLabName();
    requireStateDirectory();
    await requireTools();
    options.signal?.throwIfAborted();

    const left = await findLeftovers(name);
    if (left.length > 0) throw existsError(name, left);
    const manifest: Manifest = {
      ...{ version: 1, name, hosts, state: 'starting' },
      ...{ starterPid: process.pid, createdAt: new Date().toISOString() },
    };
    await claim(manifest);
    const lab = new Lab(manifest);
    try {
      const parts = { name, hosts: lab.hosts, client: lab.client, link: lab.link, nics: lab.#nics };
      await buildLab(parts, { shape: options.link, signal: options.signal, onProgress: options.onProgress });
      await writeManifest({ ...manifest, state: 'up' });
      return lab;
    } catch (error) {
      await removeLab(name);
      // Ctrl-C ends the commands that are just running as well: what they say is no news.
      options.signal?.throwIfAborted();
      throw error;
    }
  }

  /**
   * A lab that somebody has started, maybe another process.
   *
   * @throws LabError `ERR_PRECOPY_LAB_NOT_FOUND`, or `ERR_PRECOPY_LAB_BROKEN` when its start has not been completed.
   */
  static async attach(name: string): Promise<Lab> {
    requireRoot();
    const manifest = await readManifest(requireLabName(name));
    if (manifest === undefined) throw await notFound(name);
    if (manifest.state !== 'up') {
      throw new LabError(
        'ERR_PRECOPY_LAB_BROKEN',
        `Lab ${name} is not up: process ${manifest.starterPid} is starting it, or died doing so.`,
        {
          remedy: `Wait, or remove it with \`precopy lab down ${name}\`.`,
        },
      );
    }
    return new Lab(manifest);
  }

  /** All labs of this machine, broken ones included. */
  static async list(): Promise<LabInfo[]> {
    requireRoot();
    return listLabs();
  }

  /**
   * Removes a lab by name, in whatever state it is, and without attaching to it. Unlike `stop` it waits until the machine has reaped its processes.
   *
   * @throws LabError `ERR_PRECOPY_LAB_NOT_FOUND` when there is nothing of it.
   */
  static async down(name: string): Promise<void> {
    requireRoot();
    if ((await findLeftovers(requireLabName(name))).length === 0) throw await notFound(name);
    await Promise.all((await removeLab(name)).map(processReaped));
  }

  /** Removes all labs, in whatever state they are, and gives their names. */
  static async downAll(): Promise<string[]> {
    requireRoot();
    const names = (await listLabs()).map((lab) => lab.name);
    const ended: number[] = [];
    for (const name of names) ended.push(...(await removeLab(name)));
    await Promise.all(ended.map(processReaped));
    return names;
  }

  /**
   * Starts a guest and the observer of its heartbeats. It is up when it beats: `await guest.heartbeats.waitForFirst()`.
   *
   * @throws InvalidArgumentError, LabError `ERR_PRECOPY_LAB_EXISTS` when the lab has a domain of this name or Ethernet address, GuestError when the
   *   guest's programs cannot be built, LibvirtError when the host refuses it.
   */
  async startGuest(options: StartGuestOptions, onProgress?: Progress): Promise<Guest> {
    checkGuestOptions(options);
    const host = options.host === undefined ? this.#firstHost() : this.host(options.host);
    await this.probe;
    const place = { lab: this.name, hosts: this.hosts, host, nics: this.#nics };
    return this.#guestOf(await startGuest(place, options, onProgress));
  }

  /** The guests that were started by `startGuest`, also by other processes, and not destroyed since. */
  async guests(): Promise<Guest[]> {
    return (await readGuestRecords(this.name)).map((record) => this.#guestOf(record));
  }

  /**
   * The guest of this name.
   *
   * @throws LabError `ERR_PRECOPY_LAB_NOT_FOUND`
   */
  async guest(name: string): Promise<Guest> {
    return this.#guestOf(requireRecord(await readGuestRecords(this.name), name));
  }

  /**
   * The observer of all guests' heartbeats, outside of the hosts. It is started when it is asked for first, and it keeps this process alive until
   * `stop` or `detach`. Rejected with LabError `ERR_PRECOPY_LAB_OBSERVED` while another process has it.
   */
  get probe(): Promise<Observer> {
    this.#probe ??= this.#startProbe();
    return this.#probe;
  }

  /** Creates a disk that all hosts reach, and serves it until the lab ends. */
  createDisk(options: DiskOptions): Promise<SharedDisk> {
    return createDisk(this.name, this.client, addressOf(this.#nics, CLIENT, 'storage'), options);
  }

  /**
   * The host of this name.
   *
   * @throws InvalidArgumentError
   */
  host(name: string): Host {
    const found = this.hosts.find((host) => host.name === name);
    if (found) return found;
    throw new InvalidArgumentError('host', name, `one of ${this.hosts.map((host) => host.name).join(', ')}`);
  }

  /** Ends what this process has of the lab, the observer. The lab stays up. */
  async detach(): Promise<void> {
    // One that is just starting is waited for: it would be left to itself otherwise.
    await this.#probe?.then(
      (observer) => observer.stop(),
      () => undefined,
    );
    this.#observer = undefined;
    this.#probe = undefined;
  }

  /** Ends everything in the lab and removes all of it. Calling it again does no harm. */
  async stop(): Promise<void> {
    await this.detach();
    await removeLab(this.name);
  }

  /** What is on the machine of this lab now, found by looking: namespaces, processes, mounts, interfaces, files. Empty after `stop`. */
  leftovers(): Promise<string[]> {
    return findLeftovers(this.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #startProbe(): Promise<Observer> {
    try {
      this.#observer = await startObserver(this.name, this.client, this.#nics);
      return this.#observer;
    } catch (error) {
      this.#probe = undefined;
      throw error;
    }
  }

  #guestOf(record: GuestRecord): Guest {
    const surroundings = { lab: this.name, hosts: this.hosts, observer: () => this.#observer };
    return new Guest(record, this.host(record.startedOn), surroundings);
  }

  #firstHost(): Host {
    const [first] = this.hosts;
    if (first === undefined) throw new TypeError('A lab has at least one host.');
    return first;
  }
}

async function notFound(name: string): Promise<LabError> {
  const names = (await listLabs()).map((lab) => lab.name);
  return new LabError('ERR_PRECOPY_LAB_NOT_FOUND', `There is no lab named ${name}.`, {
    remedy: names.length > 0 ? `There are: ${names.join(', ')}.` : 'Start one with `precopy lab up`.',
  });
}
