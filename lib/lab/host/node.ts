import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { LabError } from '../errors.js';
import { nodeMark } from '../names.js';
import { inspectProcess, listProcesses, type ProcessInfo } from '../processes.js';
import { type RunOptions, type RunResult, runToEnd } from '../run.js';
import { findInit } from './init.js';
import { LabProcess } from './process.js';

/** A machine of the lab: namespaces of its own with an init in them. The hosts are nodes, and so is the client. */
export class LabNode {
  readonly name: string;
  /** Name of the network namespace, for `ip -n`, and the node's own host name. */
  readonly mark: string;
  #init: ProcessInfo | undefined;

  /** @internal */
  constructor(lab: string, name: string) {
    this.name = name;
    this.mark = nodeMark(lab, name);
  }

  /** Whether the node is up. */
  async isUp(): Promise<boolean> {
    return (await this.#findInit()) !== undefined;
  }

  /**
   * Runs a command in the node to its end and gives what it wrote and its exit code.
   *
   * @throws LabError `ERR_PRECOPY_LAB_BROKEN` when the node is down.
   */
  async exec(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return runToEnd(await this.command(argv), options);
  }

  /** Starts a command in the node, as `child_process.spawn` does. It ends with the node, not with this process. */
  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<ChildProcess> {
    const [command = '', ...args] = await this.command(argv);
    return spawn(command, args, { env: { ...process.env, LD_PRELOAD: undefined }, ...options });
  }

  /** The command line that runs a command in this node, for whoever starts processes in a way of their own. */
  async command(argv: readonly string[]): Promise<string[]> {
    const init = await this.#requireInit();
    // Not `ip netns exec`: it mounts a sysfs of its own and enters none of the other namespaces.
    return ['nsenter', '--target', String(init.pid), '--mount', '--uts', '--ipc', '--net', '--pid', '--', ...argv];
  }

  /** What runs in the node now, init left out. */
  async processes(): Promise<LabProcess[]> {
    const init = await this.#requireInit();
    const all = await listProcesses();
    return all
      .filter((info) => info.pidNamespace === init.pidNamespace && info.pid !== init.pid && !info.isZombie)
      .map((info) => new LabProcess(info));
  }

  async #requireInit(): Promise<ProcessInfo> {
    const init = await this.#findInit();
    if (init) return init;
    throw new LabError('ERR_PRECOPY_LAB_BROKEN', `${this.mark} is down.`, {
      remedy: 'Switch it on again with powerOn().',
    });
  }

  async #findInit(): Promise<ProcessInfo | undefined> {
    const known = this.#init && (await inspectProcess(this.#init.pid));
    // A process id may be used again; a PID namespace's name is not while we look.
    if (known === undefined || known.isZombie || known.argv[1] !== this.mark) this.#init = await findInit(this.mark);
    return this.#init;
  }
}
