import { mkdir, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { isMissing } from '../files.js';
import { labOfMark, NETWORK_NAMESPACES, namespacePath } from '../names.js';
import { run, runToEnd } from '../run.js';

// IPv6 would send neighbour and router discovery over every cable; the lab's links carry what is asked for and nothing else.
const QUIET_NETWORK = [
  'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6',
  'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6',
].map((command) => `if [ -d /proc/sys/net/ipv6 ]; then ${command}; fi`);

/** Creates a network namespace that has a name for `ip -n`, with loopback up and IPv6 off. */
export async function createNamespace(mark: string, signal?: AbortSignal): Promise<void> {
  const path = namespacePath(mark);
  await createMountPoint(path);
  // Not `ip netns add`: that turns /run/netns into a shared mount, which would stay behind.
  await run(['unshare', `--net=${path}`, 'sh', '-e', '-c', [...QUIET_NETWORK, 'ip link set lo up'].join('\n')], {
    signal,
  });
}

async function createMountPoint(path: string): Promise<void> {
  for (;;) {
    await mkdir(NETWORK_NAMESPACES, { recursive: true });
    try {
      return await writeFile(path, '', { flag: 'wx', mode: 0o444 });
    } catch (error) {
      // The end of another lab has just removed the directory.
      if (!isMissing(error)) throw error;
    }
  }
}

/** Removes the name. The namespace goes, with its ends of all cables, when nothing else holds it. */
export async function removeNamespace(mark: string): Promise<void> {
  await runToEnd(['umount', '--lazy', '--quiet', namespacePath(mark)]);
  await rm(namespacePath(mark), { force: true });
  // The directory of all names goes with the last of them, as it came.
  await rmdir(NETWORK_NAMESPACES).catch(() => {});
}

/** The marks of all network namespaces of a lab, or of every lab of this state directory. */
export async function listNamespaces(lab?: string): Promise<string[]> {
  const names = await readdir(NETWORK_NAMESPACES).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => {
    const owner = labOfMark(name);
    return owner !== undefined && (lab === undefined || owner === lab);
  });
}

/** The inode by which the kernel knows a namespace: `/proc/PID/ns/net` of everything in it shows the same. */
export async function namespaceInode(mark: string): Promise<number | undefined> {
  try {
    return (await stat(namespacePath(mark))).ino;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
