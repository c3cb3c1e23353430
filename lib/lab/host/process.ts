import { type ProcessInfo, processEnd, processStopped, signalProcess } from '../processes.js';

/** A process of the lab, as something that can be killed and frozen. */
export class LabProcess {
  /** As seen from outside the lab. */
  readonly pid: number;
  /** As seen inside its node. */
  readonly innerPid: number;
  readonly command: string;
  readonly argv: readonly string[];

  /** @internal */
  constructor(info: ProcessInfo) {
    this.pid = info.pid;
    this.innerPid = info.innerPid;
    this.command = info.command;
    this.argv = info.argv;
  }

  /** Ends it at once (SIGKILL) and waits until it has ended. */
  async kill(): Promise<void> {
    if (signalProcess(this.pid, 'SIGKILL')) await processEnd(this.pid);
  }

  /** Stops it where it is (SIGSTOP) and waits until it stands: its sockets stay open, and nobody answers. `thaw` undoes it. */
  async freeze(): Promise<void> {
    if (signalProcess(this.pid, 'SIGSTOP')) await processStopped(this.pid, true);
  }

  async thaw(): Promise<void> {
    if (signalProcess(this.pid, 'SIGCONT')) await processStopped(this.pid, false);
  }
}
