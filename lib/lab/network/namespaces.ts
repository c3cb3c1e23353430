import { mkdir, readdir, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inSharedDirectory, isMissing } from '../files.js';
import { labDirectory, labOfMark, NETWORK_NAMESPACES, namespacePath } from '../names.js';
import { run } from '../run.js';

// IPv6 would send neighbour and router discovery over every cable; the lab's links carry what is asked for and nothing else.
const QUIET_NETWORK = [
  'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6',
  'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6',
].map((command) => `if [ -d /proc/sys/net/ipv6 ]; then ${command}; fi`);

/**
 * Creates a network namespace that has a name for `ip -n`, with loopback up and IPv6 off.
 *
 * The name is a link to a file of the lab. `ip netns add` would mount the namespace in /run/netns itself, which the first use of that command turns into
 * a mount of its own: that would stay behind, or cover what was there before.
 */
export async function createNamespace(lab: string, mark: string, signal?: AbortSignal): Promise<void> {
  const file = join(labDirectory(lab), 'net', mark);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '', { flag: 'wx', mode: 0o444 });
  await inSharedDirectory(NETWORK_NAMESPACES, () => symlink(file, namespacePath(mark)));
  const setUp = [...QUIET_NETWORK, 'ip link set lo up'].join('\n');
  await run(['unshare', `--net=${file}`, 'sh', '-e', '-c', setUp], { signal });
}

/** Removes the name of a namespace. The namespace goes, with its ends of all cables, when its file is unmounted. */
export async function removeName(mark: string): Promise<void> {
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
