import { readFile } from 'node:fs/promises';
import type { Lab } from '../../lib/lab/index.js';

/** Processor time that controlling one migration took, in milliseconds of one core: QEMU's own work is not in it. */
export interface ControlCost {
  /** Of who asked for it: this process beyond what it takes at rest, or virsh. */
  clientMs: number;
  /** Of both hosts' libvirt daemons, who answer each question about the job; undefined where they cannot be looked at. */
  daemonsMs: number | undefined;
}

/** Processor times until now. */
export interface ProcessorTimes {
  atNs: bigint;
  ownMs: number;
  /** Of processes that this one has started and that have ended. */
  childrenMs: number;
  daemonsMs: number | undefined;
}

/** A time in which this process did only what it does anyway. */
export interface Rest {
  from: ProcessorTimes;
  to: ProcessorTimes;
}

/** The kernel counts in hundredths of a second, whatever its timer does: `USER_HZ`. */
const TICK_MS = 10;

/** Reads processor times of this process and of daemons. */
export class ProcessorClock {
  readonly #daemons: readonly number[];

  /** @param daemons - process ids; none where the daemons are on other machines */
  constructor(daemons: readonly number[] = []) {
    this.#daemons = daemons;
  }

  static async ofLab(lab: Lab): Promise<ProcessorClock> {
    const processes = await Promise.all(lab.hosts.map(({ daemon }) => daemon.process()));
    return new ProcessorClock(processes.flatMap((process) => process?.pid ?? []));
  }

  async read(): Promise<ProcessorTimes> {
    const daemons = await Promise.all(this.#daemons.map((pid) => readStat(String(pid))));
    const { childrenMs } = await readStat('self');
    const { user, system } = process.cpuUsage();
    return {
      atNs: process.hrtime.bigint(),
      ownMs: (user + system) / 1000,
      childrenMs,
      daemonsMs: daemons.length === 0 ? undefined : daemons.reduce((sum, { ownMs }) => sum + ownMs, 0),
    };
  }
}

/**
 * What a migration between two readings cost, beyond what this process takes at rest. Pure.
 */
export function controlCost(rest: Rest, before: ProcessorTimes, after: ProcessorTimes): ControlCost {
  const restShare = (rest.to.ownMs - rest.from.ownMs) / Math.max(1, Number(rest.to.atNs - rest.from.atNs));
  const own = after.ownMs - before.ownMs - restShare * Number(after.atNs - before.atNs);
  const children = after.childrenMs - before.childrenMs;
  const daemons =
    after.daemonsMs === undefined || before.daemonsMs === undefined ? undefined : after.daemonsMs - before.daemonsMs;
  return { clientMs: Math.max(0, own) + children, daemonsMs: daemons };
}

/** Processor times of a process, as proc(5) has them in `stat`. */
async function readStat(pid: string): Promise<{ ownMs: number; childrenMs: number }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may contain anything; the state follows, which is field 3.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
  return { ownMs: (user + system) * TICK_MS, childrenMs: (childrenUser + childrenSystem) * TICK_MS };
}
