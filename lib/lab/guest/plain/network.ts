import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { GuestError } from '../errors.js';

const BRIDGE = 'bridge';

/** Without an address of its own a bridge takes the lowest of its ports', and changes it as ports come and go: guests would send into the void. */
const BRIDGE_MAC = '52:54:00:ff:ff:01';

/**
 * A network namespace with a bridge for guests, which lives as long as a process of ours: nothing of it can be left behind.
 * Programs in it reach the guests by the bridge's address.
 */
export class PlainNetwork implements AsyncDisposable {
  readonly address = '10.99.0.1';
  readonly prefixBits = 24;
  readonly #keeper: ChildProcessByStdio<Writable, Readable, Readable>;
  #taps = 0;

  private constructor(keeper: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#keeper = keeper;
  }

  /** @throws GuestError `ERR_PRECOPY_GUEST_QEMU` without root, or where the kernel has no bridges */
  static async create(): Promise<PlainNetwork> {
    // `cat` ends when this process does, because its standard input is closed then, and the namespace with it.
    const script = `ip link set lo up && ip link add ${BRIDGE} address ${BRIDGE_MAC} type bridge && ip link set ${BRIDGE} up && echo ready && exec cat`;
    const keeper = spawn('unshare', ['--net', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'pipe'] });
    let complaint = '';
    keeper.stderr.on('data', (data: Buffer) => {
      complaint += data.toString();
    });
    keeper.stdin.on('error', () => undefined);
    await Promise.race([once(keeper.stdout, 'data'), once(keeper, 'close')]);
    if (keeper.exitCode !== null) {
      throw new GuestError('ERR_PRECOPY_GUEST_QEMU', `No network for guests: ${complaint.trim()}`, {
        remedy: 'Run it as root.',
      });
    }
    const network = new PlainNetwork(keeper);
    await network.run(['ip', 'address', 'add', `${network.address}/${network.prefixBits}`, 'dev', BRIDGE]);
    return network;
  }

  /** The address of the n-th guest, n from 1. */
  guestAddress(number: number): string {
    return `10.99.0.${number + 1}`;
  }

  /** A new tap on the bridge. */
  async addTap(): Promise<string> {
    const tap = `tap${this.#taps++}`;
    await this.run(['ip', 'tuntap', 'add', tap, 'mode', 'tap']);
    await this.run(['ip', 'link', 'set', tap, 'master', BRIDGE, 'up']);
    return tap;
  }

  /** Starts a program in the namespace. It is killed when this process ends, however that happens. */
  spawn(argv: readonly [string, ...string[]]): ChildProcessByStdio<Writable, Readable, Readable> {
    const enter = [`--net=/proc/${this.#keeper.pid}/ns/net`, 'setpriv', '--pdeathsig', 'KILL', ...argv];
    return spawn('nsenter', enter, { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Runs a program in the namespace to its end. @throws GuestError `ERR_PRECOPY_GUEST_QEMU` */
  async run(argv: readonly [string, ...string[]]): Promise<void> {
    const process = this.spawn(argv);
    let said = '';
    process.stderr.on('data', (data: Buffer) => {
      said += data.toString();
    });
    const [status] = await once(process, 'close');
    if (status !== 0) throw new GuestError('ERR_PRECOPY_GUEST_QEMU', `${argv.join(' ')} failed: ${said.trim()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#keeper.exitCode !== null) return;
    const closed = once(this.#keeper, 'close');
    this.#keeper.stdin.end();
    await closed;
  }
}
