import { join } from 'node:path';
import { LabError } from '../errors.js';
import type { Accelerator, GuestKind, Workload } from '../guest/index.js';
import { hostDirectory } from '../host/directories.js';
import type { Host } from '../host/host.js';
import type { Heartbeats, Observer } from '../observer/index.js';
import { askHosts, findDomain, locate } from './find-domains.js';
import { forgetGuest, type GuestRecord } from './guest-records.js';

/** What a guest knows of its lab. */
export interface GuestSurroundings {
  lab: string;
  hosts: readonly Host[];
  /** The observer that this process has now, if any. */
  observer: () => Observer | undefined;
}

/** A guest of the lab. It may have been moved since: `locate` looks where it is. */
export class Guest {
  readonly name: string;
  /** The mark in its heartbeats. */
  readonly id: number;
  readonly kind: GuestKind;
  readonly accelerator: Accelerator;
  readonly memoryBytes: number;
  readonly workload: Workload;
  readonly address: string;
  readonly mac: string;
  /** The host it was started on. */
  readonly host: Host;
  readonly #surroundings: GuestSurroundings;
  #heartbeats: Heartbeats | undefined;

  /** @internal */
  constructor(record: GuestRecord, host: Host, surroundings: GuestSurroundings) {
    this.name = record.name;
    this.id = record.id;
    this.kind = record.kind;
    this.accelerator = record.accelerator;
    this.memoryBytes = record.memoryBytes;
    this.workload = record.workload;
    this.address = record.address;
    this.mac = record.mac;
    this.host = host;
    this.#surroundings = surroundings;
  }

  /**
   * Its heartbeats, as received by the lab's client.
   *
   * @throws LabError `ERR_PRECOPY_LAB_GUEST` when this process does not observe the lab: `lab.probe` starts that.
   */
  get heartbeats(): Heartbeats {
    // Kept: what was received can be looked at when the observer has ended.
    this.#heartbeats ??= this.#surroundings.observer()?.heartbeats(this.id);
    if (this.#heartbeats) return this.#heartbeats;
    throw new LabError('ERR_PRECOPY_LAB_GUEST', `Nobody in this process listens to guest ${this.name}.`, {
      remedy: 'Await lab.probe first.',
    });
  }

  /** The hosts on which it is active now: one, unless something is wrong or it is just being moved. Hosts that do not answer are left out. */
  locate(): Promise<Host[]> {
    return locate(this.#surroundings.hosts, this.name);
  }

  /** The file with what it wrote to its console while it was on this host, as seen from outside the lab. */
  consolePath(host = this.host): string {
    return join(hostDirectory(this.#surroundings.lab, host.name), 'log/qemu', consoleName(this.name));
  }

  /** Ends it, wherever it is, also on hosts whose daemon does not run. */
  async destroy(): Promise<void> {
    const { lab, hosts, observer } = this.#surroundings;
    await askHosts(hosts, async (connection) => {
      const domain = await findDomain(connection, this.name);
      if (domain === undefined) return;
      if (await domain.isActive()) await domain.destroy();
      // One that was only running has gone with that.
      await (await findDomain(connection, this.name))?.undefine();
    });
    for (const host of hosts) {
      if (await host.isUp()) await (await host.qemu(this.name))?.kill();
    }
    observer()?.forget(this.id);
    await forgetGuest(lab, this.id);
  }
}

export function consoleName(guest: string): string {
  return `${guest}-console.log`;
}
