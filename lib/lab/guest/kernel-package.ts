import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestError } from './errors.js';
import { runTool } from './run-tool.js';

/** Depends on the newest kernel for virtual machines: small, and with all that QEMU emulates. */
const META_PACKAGE = 'linux-image-cloud-amd64';

/** What a network card needs, in the order in which it has to be loaded. */
const MODULES = [
  'virtio_ring',
  'virtio',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'failover',
  'net_failover',
  'virtio_net',
];

const DECOMPRESSORS: Record<string, string> = { '.xz': 'xz', '.zst': 'zstd' };

/** A Linux kernel and the modules of it that a guest loads, in this order. */
export interface KernelFiles {
  kernel: string;
  modules: string[];
}

/**
 * The kernel of Debian's package, out of the cache, or else taken out of the package, which is downloaded for it. Nothing is installed.
 * A kernel that is in the cache stays in use: guests of one machine should not change by themselves.
 *
 * @throws GuestError `ERR_PRECOPY_GUEST_FILES`
 */
export async function ensureKernel(cacheDirectory: string): Promise<KernelFiles> {
  const kernels = join(cacheDirectory, 'kernel');
  await mkdir(kernels, { recursive: true });
  const cached = (await readdir(kernels)).filter((name) => name.startsWith('linux-image-')).sort();
  const newest = cached.at(-1);
  if (newest !== undefined) return kernelFiles(join(kernels, newest));

  const scratch = await mkdtemp(join(kernels, '.new-'));
  try {
    const packageName = await findPackage();
    const archive = await download(packageName, scratch);
    await unpack(archive, scratch);
    const directory = join(kernels, packageName);
    await keep(join(scratch, 'files'), directory);
    return await kernelFiles(directory);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function kernelFiles(directory: string): Promise<KernelFiles> {
  const modules = (await readdir(join(directory, 'modules'))).sort();
  return { kernel: join(directory, 'vmlinuz'), modules: modules.map((name) => join(directory, 'modules', name)) };
}

async function findPackage(): Promise<string> {
  const dependencies = await runTool('apt-cache', ['depends', META_PACKAGE]);
  const found = /^\s*Depends: (linux-image-\S+)$/m.exec(dependencies)?.[1];
  if (found !== undefined) return found;
  throw new GuestError('ERR_PRECOPY_GUEST_FILES', `apt knows no package ${META_PACKAGE}.`, {
    remedy: 'Run `apt-get update`. The linux guest needs a Debian machine; the bare guest does not.',
  });
}

/** Fetches the package and compares it with the checksum in apt's index, which Debian has signed. */
async function download(packageName: string, directory: string): Promise<string> {
  const described = await runTool('apt-get', ['download', '--print-uris', packageName], { cwd: directory });
  const checksum = /SHA256:([0-9a-f]{64})/.exec(described)?.[1];
  await runTool('apt-get', ['download', '--quiet', packageName], { cwd: directory });
  const file = (await readdir(directory)).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw new GuestError('ERR_PRECOPY_GUEST_FILES', `apt-get did not download ${packageName}.`);
  const archive = join(directory, file);
  const actual = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
  if (actual !== checksum) {
    throw new GuestError(
      'ERR_PRECOPY_GUEST_FILES',
      `${file} has the SHA-256 ${actual}; apt's index says ${checksum ?? 'none'}.`,
      {
        remedy: 'Run `apt-get update` and try again.',
      },
    );
  }
  return archive;
}

async function unpack(archive: string, directory: string): Promise<void> {
  const everything = join(directory, 'package');
  const kept = join(directory, 'files');
  await runTool('dpkg-deb', ['--extract', archive, everything]);
  await mkdir(join(kept, 'modules'), { recursive: true });
  const kernel = (await readdir(join(everything, 'boot'))).find((name) => name.startsWith('vmlinuz-'));
  if (kernel === undefined) throw new GuestError('ERR_PRECOPY_GUEST_FILES', `There is no kernel in ${archive}.`);
  await rename(join(everything, 'boot', kernel), join(kept, 'vmlinuz'));
  const paths = await readdir(everything, { recursive: true });
  for (const [index, module] of MODULES.entries()) {
    const path = paths.find((candidate) => new RegExp(`/${module}\\.ko(\\.xz|\\.zst)?$`).test(candidate));
    if (path === undefined) continue; // built into the kernel, or the guest will say that it has no network card
    await keepModule(join(everything, path), join(kept, 'modules', `${index}-${module}.ko`));
  }
}

async function keepModule(from: string, to: string): Promise<void> {
  const compressed = Object.keys(DECOMPRESSORS).find((suffix) => from.endsWith(suffix));
  if (compressed !== undefined) {
    await runTool(DECOMPRESSORS[compressed] ?? '', ['--decompress', '--quiet', from]);
    from = from.slice(0, -compressed.length);
  }
  await writeFile(to, await readFile(from));
}

/** Moves a directory into the cache. Another process may have done the same meanwhile, with the same result. */
export async function keep(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')))
      throw error;
  }
}
