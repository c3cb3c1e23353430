import type { Connection } from '../../lib/libvirt/index.js';
import { describeThisMachine, type ThisMachine } from '../engine/machine.js';

/** What the figures were measured on. */
export interface Surroundings extends ThisMachine {
  /** `lab`: both hosts on this machine, with an observer outside. `hosts`: a user's own, and nobody observes the guest. */
  readonly where: 'lab' | 'hosts';
  readonly hosts: readonly HostVersions[];
  /** Which hypervisor runs the guests: `tcg` or `kvm`. */
  readonly accelerator: string;
}

export interface HostVersions {
  readonly name: string;
  /** The daemon's. */
  readonly libvirt: string;
  readonly qemu: string;
}

/** Looks at this machine and at hosts. */
export async function lookAround(
  where: Surroundings['where'],
  connections: ReadonlyMap<string, Connection>,
  accelerator: string,
): Promise<Surroundings> {
  const hosts: HostVersions[] = [];
  for (const [name, connection] of connections) {
    const [daemon, qemu] = [await connection.getLibVersion(), await connection.getVersion()];
    hosts.push({ name, libvirt: daemon.text, qemu: qemu.text });
  }
  return { ...(await describeThisMachine()), where, hosts, accelerator };
}
