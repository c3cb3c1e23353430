import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { GuestFiles } from '../files.js';
import type { GuestOptions } from '../options.js';
import type { PlainNetwork } from './network.js';
import { qemuArguments } from './qemu-arguments.js';
import { QmpClient } from './qmp.js';

export interface PlainGuestOptions extends Omit<GuestOptions, 'client' | 'address' | 'prefixBits'> {
  files: GuestFiles;
  /** The UDP port on the network's own address that heartbeats go to. */
  port: number;
}

/**
 * A guest under QEMU alone, without libvirt: for measuring the guest and the observer themselves, and the floor that QEMU sets.
 */
export class PlainGuest implements AsyncDisposable {
  readonly options: PlainGuestOptions;
  readonly qmp: QmpClient;
  readonly #network: PlainNetwork;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #directory: string;

  private constructor(parts: {
    options: PlainGuestOptions;
    qmp: QmpClient;
    network: PlainNetwork;
    process: ChildProcessByStdio<Writable, Readable, Readable>;
    directory: string;
  }) {
    this.options = parts.options;
    this.qmp = parts.qmp;
    this.#network = parts.network;
    this.#process = parts.process;
    this.#directory = parts.directory;
  }

  /** Starts QEMU; with `incoming` it waits for a guest to be migrated to it. */
  static async start(network: PlainNetwork, options: PlainGuestOptions, incoming?: string): Promise<PlainGuest> {
    const directory = await mkdtemp(join(tmpdir(), 'precopy-guest-'));
    const qmpPath = join(directory, 'qmp');
    const process = network.spawn(
      qemuArguments({
        ...options,
        address: network.guestAddress(options.id),
        prefixBits: network.prefixBits,
        client: { address: network.address, port: options.port },
        tap: await network.addTap(),
        qmpPath,
        ...(incoming === undefined ? {} : { incoming }),
      }),
    );
    process.stdin.on('error', () => undefined);
    process.stdout.resume(); // the console: unread it would stop the guest
    process.stderr.resume();
    try {
      return new PlainGuest({ options, qmp: await QmpClient.connect(qmpPath), network, process, directory });
    } catch (error) {
      process.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** The process id of its QEMU. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Starts a second QEMU, ready to take this guest. */
  async startDestination(): Promise<{ destination: PlainGuest; uri: string }> {
    const uri = `unix:${join(this.#directory, 'migration')}`;
    return { destination: await PlainGuest.start(this.#network, this.options, uri), uri };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.qmp.close();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const closed = once(this.#process, 'close');
      this.#process.kill('SIGKILL');
      await closed;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}
