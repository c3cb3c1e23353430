import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { type InitramfsEntry, writeInitramfs } from './initramfs.js';
import { ensureKernel, type KernelFiles, keep } from './kernel-package.js';
import { compileProgram, fingerprintPrograms } from './programs.js';

/**
 * A firmware that does nothing but start a kernel: under a KVM that emulates what a firmware does it takes 0.2 s where
 * SeaBIOS takes 3.3. It comes with QEMU; without it QEMU's default firmware does the same, later.
 */
const QUICK_FIRMWARE = ['/usr/share/qemu/qboot.rom', '/usr/share/qemu-firmware/qboot.rom'];

/** Everything that guests are started from; absolute paths. */
export interface GuestFiles {
  linux: { kernel: string; initramfs: string };
  bare: { kernel: string };
  /** The observer's program. */
  observer: string;
  /** Starts guests quickly; absent where QEMU does not ship it. */
  firmware: string | undefined;
}

/** Where downloads and compiled programs are kept: `$XDG_CACHE_HOME/precopy`, by default `~/.cache/precopy`. */
export function cacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'precopy');
}

/**
 * Builds what the guests need, or finds it in the cache: Debian's kernel, our programs, the initramfs of both. Quick when there is
 * nothing to do. Processes may call it at the same time.
 *
 * @throws GuestError `ERR_PRECOPY_GUEST_FILES`
 */
export async function ensureGuestFiles(): Promise<GuestFiles> {
  const cache = cacheDirectory();
  const kernel = await ensureKernel(cache);
  const directory = join(cache, 'guest', `${await fingerprintPrograms()}-${basename(join(kernel.kernel, '..'))}`);
  if (!existsSync(directory)) await buildInto(directory, kernel);
  return {
    linux: { kernel: kernel.kernel, initramfs: join(directory, 'initramfs') },
    bare: { kernel: join(directory, 'bare.elf') },
    observer: join(directory, 'observer'),
    firmware: QUICK_FIRMWARE.find((path) => existsSync(path)),
  };
}

async function buildInto(directory: string, kernel: KernelFiles): Promise<void> {
  const parent = join(directory, '..');
  await mkdir(parent, { recursive: true });
  const scratch = await mkdtemp(join(parent, '.new-'));
  try {
    await Promise.all([
      compileProgram('linux-init', scratch),
      compileProgram('bare.elf', scratch),
      compileProgram('observer', scratch),
    ]);
    await writeFile(join(scratch, 'initramfs'), writeInitramfs(await initramfsEntries(scratch, kernel)));
    await keep(scratch, directory);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function initramfsEntries(programs: string, kernel: KernelFiles): Promise<InitramfsEntry[]> {
  const entries: InitramfsEntry[] = [
    { kind: 'directory', path: 'dev' },
    { kind: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    { kind: 'directory', path: 'proc' },
    { kind: 'directory', path: 'modules' },
    { kind: 'file', path: 'init', mode: 0o755, content: await readFile(join(programs, 'linux-init')) },
  ];
  for (const module of kernel.modules) {
    entries.push({ kind: 'file', path: `modules/${basename(module)}`, mode: 0o644, content: await readFile(module) });
  }
  return entries;
}
