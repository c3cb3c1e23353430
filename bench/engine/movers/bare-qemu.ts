import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PlainQemuOptions, qemuArguments } from '../../../lib/lab/guest/plain/qemu-arguments.js';
import { QmpClient } from '../../../lib/lab/guest/plain/qmp.js';
import type { Host } from '../../../lib/lab/index.js';
import { GUEST_BRIDGE } from '../../../lib/lab/network/plan.js';

/** The network interface of the one guest that a host can have without libvirt. */
const TAP = 'bare-qemu';

/** A QEMU on a host of the lab that no libvirt knows of, on the same bridge and links as the others. */
export class BareQemu {
  readonly host: Host;
  readonly qmp: QmpClient;
  readonly #directory: string;

  private constructor(host: Host, qmp: QmpClient, directory: string) {
    this.host = host;
    this.qmp = qmp;
    this.#directory = directory;
  }

  /** Starts one; with `incoming` it waits for a guest to come. */
  static async start(host: Host, options: PlainQemuOptions, incoming?: string): Promise<BareQemu> {
    for (const command of [
      ['ip', 'tuntap', 'add', TAP, 'mode', 'tap'],
      ['ip', 'link', 'set', TAP, 'master', GUEST_BRIDGE, 'up'],
    ]) {
      const { exitCode, stderr } = await host.exec(command);
      if (exitCode !== 0) throw new Error(`No interface for a guest on ${host.name}: ${stderr.trim()}`);
    }
    // The hosts see this machine's temporary files, and so do we see the monitor's socket.
    const directory = await mkdtemp(join(tmpdir(), 'precopy-bench-'));
    const qmpPath = join(directory, 'qmp');
    const argv = qemuArguments({ ...options, tap: TAP, qmpPath, ...(incoming === undefined ? {} : { incoming }) });
    const process = await host.spawn(argv, { stdio: ['pipe', 'pipe', 'ignore'] });
    process.stdin?.on('error', () => undefined);
    process.stdout?.resume(); // the console: unread it would stop the guest
    try {
      return new BareQemu(host, await QmpClient.connect(qmpPath), directory);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Ends it, and takes its interface away. */
  async end(): Promise<void> {
    this.qmp.close();
    // The process that we started is only the way into the host: QEMU would outlive it.
    const ours = (await this.host.processes()).find(({ argv }) => argv.some((word) => word.includes(this.#directory)));
    await ours?.kill();
    await this.host.exec(['ip', 'link', 'delete', TAP]);
    await rm(this.#directory, { recursive: true, force: true });
  }
}
