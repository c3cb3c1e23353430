import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labDirectory } from '../names.js';
import { libvirtdConfig, qemuConfig } from './config.js';
import type { Bind } from './init.js';

/** A host's own directories, and what they cover. `/run` comes last: the lab's state, which is below it, cannot be seen any more then. */
const COVERED: Readonly<Record<string, string>> = {
  etc: '/etc/libvirt',
  lib: '/var/lib/libvirt',
  cache: '/var/cache/libvirt',
  log: '/var/log/libvirt',
  run: '/run',
};

const RUN_LIBVIRT = 'run/libvirt';
const HOSTS_FILE = 'hosts';

/** What must exist on the machine to be covered. */
export const COVERED_DIRECTORIES: readonly string[] = Object.values(COVERED);

export function hostDirectory(lab: string, host: string): string {
  return join(labDirectory(lab), host);
}

/** The socket of a host's libvirtd, as seen from outside the lab. */
export function hostSocket(lab: string, host: string): string {
  return join(hostDirectory(lab, host), 'run/libvirt/libvirt-sock');
}

export function hostLog(lab: string, host: string): string {
  return join(hostDirectory(lab, host), 'log/libvirtd.log');
}

export interface HostFiles {
  controlAddress: string;
  migrationAddress: string;
  /** Lines of /etc/hosts, the same in all of the lab's nodes. */
  hostsFile: string;
}

/** Writes the directories and the configuration of a host. */
export async function writeHostFiles(lab: string, host: string, files: HostFiles): Promise<void> {
  const directory = hostDirectory(lab, host);
  const below = [...Object.keys(COVERED), 'etc/hooks', 'etc/qemu', 'cache/qemu', 'log/qemu', 'lib/qemu', RUN_LIBVIRT];
  for (const name of below) await mkdir(join(directory, name), { recursive: true });
  const addresses = {
    uuid: randomUUID(),
    controlAddress: files.controlAddress,
    migrationAddress: files.migrationAddress,
  };
  await writeFile(join(directory, 'etc/libvirtd.conf'), libvirtdConfig(addresses));
  await writeFile(join(directory, 'etc/qemu.conf'), qemuConfig(addresses));
  await writeFile(join(directory, HOSTS_FILE), files.hostsFile);
}

/** Leaves of a host's files what a power failure leaves: all but `/run`. */
export async function emptyRunDirectory(lab: string, host: string): Promise<void> {
  await rm(join(hostDirectory(lab, host), 'run'), { recursive: true, force: true });
  await mkdir(join(hostDirectory(lab, host), RUN_LIBVIRT), { recursive: true });
}

export function hostBinds(lab: string, host: string): Bind[] {
  const directory = hostDirectory(lab, host);
  return [
    { source: join(directory, HOSTS_FILE), target: '/etc/hosts' },
    ...Object.entries(COVERED).map(([name, target]) => ({ source: join(directory, name), target })),
  ];
}
