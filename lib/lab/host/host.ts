import { Connection, type ConnectionOptions } from '../../libvirt/index.js';
import { Replies } from '../faults/replies.js';
import type { NetworkName, Nic } from '../network/plan.js';
import { addressOf, nicOf } from '../network/plan.js';
import { Daemon } from './daemon.js';
import { emptyRunDirectory, hostBinds, hostLog, hostSocket } from './directories.js';
import { killInit, startInit } from './init.js';
import { LabNode } from './node.js';
import type { LabProcess } from './process.js';

/** How a program opens a connection to a host: the socket is apart from the URI, since in a URI it would be code. */
export interface HostEndpoint {
  uri: 'qemu:///system';
  socketPath: string;
}

/** One host of the lab: a libvirtd of its own, QEMU, and three networks, in namespaces. */
export class Host extends LabNode {
  readonly daemon: Daemon;
  readonly endpoint: HostEndpoint;
  /** The daemon's replies on their way to others, as something to be lost. */
  readonly replies: Replies;
  readonly #lab: string;
  readonly #nics: readonly Nic[];

  /** @internal */
  constructor(lab: string, name: string, nics: readonly Nic[]) {
    super(lab, name);
    this.#lab = lab;
    this.#nics = nics;
    this.daemon = new Daemon(this, hostLog(lab, name));
    this.replies = new Replies(lab, nicOf(nics, name, 'control'));
    this.endpoint = { uri: 'qemu:///system', socketPath: hostSocket(lab, name) };
  }

  /** What a person gives to `virsh --connect`, outside the lab. */
  get uri(): string {
    return `${this.endpoint.uri}?socket=${this.endpoint.socketPath}`;
  }

  /** How the other hosts' daemons reach this one, for peer-to-peer migration. Works inside the lab alone. */
  get peerUri(): string {
    return `qemu+tcp://${this.address('control')}/system`;
  }

  /** Where this host receives guests: an address on the link that `lab.link` shapes. */
  get migrateUri(): string {
    return `tcp://${this.address('migration')}`;
  }

  /** Opens a connection to the host's daemon; the caller closes it. */
  connect(options: ConnectionOptions = {}): Promise<Connection> {
    return Connection.open(this.endpoint, options);
  }

  /** The host's address on one of the lab's networks. It has none on the guests'. */
  address(network: Exclude<NetworkName, 'guest'>): string {
    return addressOf(this.#nics, this.name, network);
  }

  /** The QEMU process of a guest that is on this host, `undefined` when it is not. */
  async qemu(guest: string): Promise<LabProcess | undefined> {
    const processes = await this.processes();
    return processes.find((process) => process.argv.some((argument) => argument.startsWith(`guest=${guest},`)));
  }

  /** Takes the host away at once with all that runs on it: no process gets a chance to say good-bye. */
  async powerOff(): Promise<void> {
    await killInit(this.mark);
  }

  /** Starts a host that is off. Its guests are as after a power failure: those that were defined are shut off, the others are gone. */
  async powerOn(signal?: AbortSignal): Promise<void> {
    if (!(await this.isUp())) {
      await emptyRunDirectory(this.#lab, this.name);
      await startInit(this.mark, hostBinds(this.#lab, this.name), signal);
    }
    await this.daemon.start();
  }
}
