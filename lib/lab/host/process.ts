import { type ProcessInfo, processEnd, signalProcess } from '../processes.js';

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

  /** Stops it where it is (SIGSTOP): its sockets stay open, and nobody answers. `thaw` undoes it. */
  freeze(): void {
    signalProcess(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    signalProcess(this.pid, 'SIGCONT');
  }
}
