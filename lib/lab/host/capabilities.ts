import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, isMissing } from '../files.js';
import { cacheDirectory } from '../guest/files.js';
import { hostDirectory } from './directories.js';

/**
 * What libvirt finds out about QEMU takes it 1.7 s on a new host. It keeps that in files, and checks whenever it reads one that QEMU, KVM, kernel and
 * libvirt are still the same: so the files of one lab may serve the next one.
 */
const FILES = 'cache/qemu/capabilities';

function keptDirectory(): string {
  return join(cacheDirectory(), 'libvirt-capabilities');
}

/** Gives a new host what earlier ones have found out. */
export async function seedCapabilities(lab: string, host: string): Promise<void> {
  await cp(keptDirectory(), join(hostDirectory(lab, host), FILES), { recursive: true }).catch(ignoreMissing);
}

/** Keeps what a host has found out, if that is news. */
export async function keepCapabilities(lab: string, host: string): Promise<void> {
  const found = join(hostDirectory(lab, host), FILES);
  const kept = keptDirectory();
  if ((await contentOf(found)) === (await contentOf(kept))) return;
  await mkdir(cacheDirectory(), { recursive: true });
  // Put there as a whole: another lab may be reading.
  const draft = await mkdtemp(`${kept}.`);
  try {
    await cp(found, draft, { recursive: true });
    await rm(kept, { recursive: true, force: true });
    await rename(draft, kept);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another lab was quicker: what it has kept is as good.
    if (!hasErrno(error, 'ENOTEMPTY')) throw error;
  }
}

async function contentOf(directory: string): Promise<string> {
  const names = await readdir(directory).catch(ignoreMissing);
  const texts = (names ?? [])
    .sort()
    .map(async (name) => name + (await readFile(join(directory, name), 'utf8').catch(ignoreMissing)));
  return (await Promise.all(texts)).join('\n');
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
  return undefined;
}
