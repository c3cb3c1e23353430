import { LabError } from '../errors.js';
import { readIfPresent } from '../files.js';
import { PROGRAM_PATH } from '../run.js';
import type { LabNode } from './node.js';
import type { LabProcess } from './process.js';

const PROGRAM = 'libvirtd';
const PID_FILE = '/run/libvirt/libvirtd.pid';
const LOG_LINES_SHOWN = 5;

/** The libvirtd of one host. Its guests live on without it. */
export class Daemon {
  /** Where it writes its log, as seen from outside the lab. */
  readonly logPath: string;
  readonly #node: LabNode;

  /** @internal */
  constructor(node: LabNode, logPath: string) {
    this.#node = node;
    this.logPath = logPath;
  }

  /**
   * Starts it, unless it runs, and waits until it listens.
   *
   * @throws LabError `ERR_PRECOPY_LAB_DAEMON` with the end of its log.
   */
  async start(): Promise<void> {
    if (await this.process()) return;
    // No variable of this process may change the daemon: not a preloaded sanitizer, not somebody's LIBVIRT_DEBUG.
    const clean = ['env', '-i', `PATH=${PROGRAM_PATH}`, 'LANG=C'];
    const result = await this.#node.exec([...clean, PROGRAM, '--daemon', '--listen', '--pid-file', PID_FILE]);
    if (result.exitCode !== 0) throw await this.#startError(result.stderr);
  }

  /** Ends it at once (SIGKILL), as a crash does. `start` undoes it. */
  async kill(): Promise<void> {
    await (await this.#require()).kill();
  }

  /** Stops it where it is (SIGSTOP): connections stay open, and nobody answers. `thaw` undoes it. */
  async freeze(): Promise<void> {
    await (await this.#require()).freeze();
  }

  async thaw(): Promise<void> {
    await (await this.#require()).thaw();
  }

  /** Kills it and starts it again. */
  async restart(): Promise<void> {
    await (await this.process())?.kill();
    await this.start();
  }

  /** Its process, `undefined` when it does not run. */
  async process(): Promise<LabProcess | undefined> {
    const candidates = (await this.#node.processes()).filter((process) => process.command === PROGRAM);
    // A child it has just forked for a guest has the same name, and a higher process id.
    return candidates.sort((left, right) => left.innerPid - right.innerPid)[0];
  }

  async #require(): Promise<LabProcess> {
    const process = await this.process();
    if (process) return process;
    throw new LabError('ERR_PRECOPY_LAB_DAEMON', `The libvirtd of host ${this.#node.name} does not run.`, {
      remedy: 'Start it with host.daemon.start().',
    });
  }

  async #startError(said: string): Promise<LabError> {
    const log = (await readIfPresent(this.logPath)) ?? '';
    const last = log.trim().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
    return new LabError(
      'ERR_PRECOPY_LAB_DAEMON',
      `The libvirtd of host ${this.#node.name} does not start: ${said.trim() || last}`,
      {
        remedy: `Its log is ${this.logPath}.`,
      },
    );
  }
}
