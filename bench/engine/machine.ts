import { cpus, release, totalmem } from 'node:os';
import { getVersion } from '../../lib/libvirt/index.js';
import { LINK_BITS_PER_SECOND, type Stage } from './stage.js';

/** The machine that measures, and on which a lab's hosts are. */
export interface ThisMachine {
  processors: string;
  memoryBytes: number;
  kernel: string;
  node: string;
  /** The library in this process. */
  libvirt: string;
}

/** What the figures were measured on. */
export interface Machine extends ThisMachine {
  /** The daemon on the hosts. */
  daemon: string;
  qemu: string;
  accelerator: 'tcg';
  link: string;
}

export async function describeThisMachine(): Promise<ThisMachine> {
  const all = cpus();
  return {
    processors: `${all.length} × ${all[0]?.model.trim()}`,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    libvirt: (await getVersion()).text,
  };
}

export async function describeMachine(stage: Stage): Promise<Machine> {
  const connection = stage.connection('a');
  return {
    ...(await describeThisMachine()),
    daemon: (await connection.getLibVersion()).text,
    qemu: (await connection.getVersion()).text,
    // Linux guests run under nothing else here: see the lab.
    accelerator: 'tcg',
    link: `${LINK_BITS_PER_SECOND / 1e9} Gbit/s`,
  };
}
