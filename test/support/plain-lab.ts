import { existsSync } from 'node:fs';
import { ensureGuestFiles, type GuestFiles, type GuestKind, probeAccelerator } from '../../lib/lab/guest/index.js';
import type { Accelerator } from '../../lib/lab/guest/options.js';
import { PlainNetwork } from '../../lib/lab/guest/plain/network.js';
import { PlainGuest } from '../../lib/lab/guest/plain/plain-guest.js';
import type { Workload } from '../../lib/lab/guest/workload.js';
import { type Heartbeats, Observer } from '../../lib/lab/observer/index.js';

const MIB = 1024 ** 2;
const PORT = 9000;

/** Why nothing of this can run here, or false. */
export const cannotRun =
  process.getuid?.() !== 0
    ? 'needs root'
    : !existsSync('/usr/bin/qemu-system-x86_64') && 'needs QEMU: run `npm run setup`';

/** A guest and what runs it. */
export interface Machine {
  kind: GuestKind;
  accelerator: Accelerator;
}

/** A machine of each sort; `skip` says why one cannot be had here. */
export async function machines(): Promise<(Machine & { skip: string | false })[]> {
  const probe = cannotRun === false ? await probeAccelerator(await ensureGuestFiles()) : undefined;
  return [
    { kind: 'linux', accelerator: 'tcg', skip: cannotRun },
    { kind: 'bare', accelerator: 'tcg', skip: cannotRun },
    { kind: 'bare', accelerator: 'kvm', skip: cannotRun || (probe?.accelerator === 'tcg' && probe.reason) },
  ];
}

/** Guests under plain QEMU and an observer in a network of their own. */
export class PlainLab implements AsyncDisposable {
  readonly files: GuestFiles;
  readonly observer: Observer;
  readonly #network: PlainNetwork;
  readonly #guests: PlainGuest[] = [];
  #nextId = 1;

  private constructor(files: GuestFiles, network: PlainNetwork, observer: Observer) {
    this.files = files;
    this.#network = network;
    this.observer = observer;
  }

  static async start(): Promise<PlainLab> {
    const files = await ensureGuestFiles();
    const network = await PlainNetwork.create();
    const spawn = (argv: readonly [string, ...string[]]) => network.spawn(argv);
    try {
      const observer = await Observer.start({ program: files.observer, address: network.address, port: PORT, spawn });
      return new PlainLab(files, network, observer);
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a guest and waits for its first beat. */
  async startGuest(
    options: Machine & { workload: Workload; memoryBytes?: number; vcpus?: number; heartbeatHz?: number },
  ): Promise<{ guest: PlainGuest; heartbeats: Heartbeats }> {
    const id = this.#nextId++;
    const guest = await PlainGuest.start(this.#network, {
      memoryBytes: 256 * MIB,
      ...options,
      ...{ files: this.files, id, port: PORT, mac: `52:54:00:00:00:${id.toString(16).padStart(2, '0')}` },
    });
    this.#guests.push(guest);
    const heartbeats = this.observer.heartbeats(id);
    await heartbeats.waitForFirst();
    return { guest, heartbeats };
  }

  /** Starts the QEMU that a guest can be migrated to. */
  async startDestination(guest: PlainGuest): Promise<{ destination: PlainGuest; uri: string }> {
    const started = await guest.startDestination();
    this.#guests.push(started.destination);
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const guest of this.#guests.splice(0)) await guest[Symbol.asyncDispose]();
    await this.observer.stop();
    await this.#network[Symbol.asyncDispose]();
  }
}
