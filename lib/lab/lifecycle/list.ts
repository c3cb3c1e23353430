import { hostSocket } from '../host/directories.js';
import { findInits } from '../host/init.js';
import { listDirectories, readManifest } from '../manifest.js';
import { labOfMark, nodeMark } from '../names.js';
import { listNamespaces } from '../network/namespaces.js';
import { listProcesses } from '../processes.js';

export interface HostInfo {
  name: string;
  /** For `virsh --connect`. */
  uri: string;
  isUp: boolean;
}

export interface LabInfo {
  name: string;
  /** `broken`: its start was never completed and who started it is gone, or only parts of it are left. */
  state: 'starting' | 'up' | 'broken';
  hosts: HostInfo[];
  /** ISO 8601, `undefined` when that is not known any more. */
  createdAt: string | undefined;
}

/** Every lab of this state directory, found by its files, its namespaces or its processes. */
export async function listLabs(): Promise<LabInfo[]> {
  const processes = await listProcesses();
  const inits = findInits(processes);
  const marks = [...(await listNamespaces()), ...inits.keys()];
  const names = new Set([...(await listDirectories()), ...marks.map(labOfMark).filter((name) => name !== undefined)]);
  const pids = new Set(processes.filter((info) => !info.isZombie).map((info) => info.pid));
  return Promise.all(
    [...names].sort().map((name) =>
      inspectLab(
        name,
        (mark) => inits.has(mark),
        (pid) => pids.has(pid),
      ),
    ),
  );
}

async function inspectLab(
  name: string,
  isRunning: (mark: string) => boolean,
  isAlive: (pid: number) => boolean,
): Promise<LabInfo> {
  const manifest = await readManifest(name);
  if (manifest === undefined) return { name, state: 'broken', hosts: [], createdAt: undefined };
  const hosts = manifest.hosts.map((host) => ({
    name: host,
    uri: `qemu:///system?socket=${hostSocket(name, host)}`,
    isUp: isRunning(nodeMark(name, host)),
  }));
  const isAbandoned = manifest.state === 'starting' && !isAlive(manifest.starterPid);
  return { name, state: isAbandoned ? 'broken' : manifest.state, hosts, createdAt: manifest.createdAt };
}
