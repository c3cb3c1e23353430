import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from './run-tool.js';

const WARNINGS = ['-Wall', '-Wextra', '-Werror'];
const COMMON = ['-std=c17', '-D_GNU_SOURCE', '-O2', '-static', ...WARNINGS];

/** No operating system, no C library, no SSE, nothing below the stack pointer; the layout is the linker script's. */
const BARE = [
  ...['-ffreestanding', '-nostdlib', '-mno-red-zone', '-mgeneral-regs-only', '-mcmodel=small'],
  ...[
    '-fno-stack-protector',
    '-fno-pic',
    '-fno-pie',
    '-no-pie',
    '-fno-asynchronous-unwind-tables',
    '-fcf-protection=none',
  ],
  '-Wl,-z,noexecstack,--no-warn-rwx-segments,--build-id=none',
];

/** The programs of ours that the lab needs: what each is made of, and how. Paths are below lib/lab. */
const PROGRAMS = {
  'linux-init': { folders: ['guest/linux', 'guest/program'], arguments: [...COMMON, '-pthread', '-s'] },
  'bare.elf': {
    folders: ['guest/bare', 'guest/program'],
    arguments: [...COMMON, ...BARE, '-T', 'guest/bare/bare.ld'],
  },
  observer: { folders: ['observer'], arguments: [...COMMON, '-s'] },
};

export type ProgramName = keyof typeof PROGRAMS;

const SOURCE_FOLDERS = ['guest/linux', 'guest/bare', 'guest/program', 'observer'];
const SOURCE_FILE = /\.([chS]|ld)$/;

/**
 * lib/lab of the package. The package ships its C sources in lib and runs from dist/lib, so the root is looked for from here
 * upwards: it is where package.json is.
 */
export function sourceDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return join(directory, 'lib', 'lab');
}

/** Changes when any source or the way it is compiled does. */
export async function fingerprintPrograms(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(PROGRAMS));
  const directory = sourceDirectory();
  for (const folder of SOURCE_FOLDERS) {
    for (const name of await sourcesIn(join(directory, folder))) {
      hash.update(`\0${folder}/${name}\0`).update(await readFile(join(directory, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Compiles one program into a directory, which gets it under its name. */
export async function compileProgram(name: ProgramName, outputDirectory: string): Promise<void> {
  const { folders, arguments: flags } = PROGRAMS[name];
  const directory = sourceDirectory();
  const sources = [];
  for (const folder of folders) {
    const files = await sourcesIn(join(directory, folder));
    sources.push(...files.filter((file) => /\.[cS]$/.test(file)).map((file) => join(folder, file)));
  }
  await runTool('gcc', [...flags, '-o', join(outputDirectory, name), ...sources], { cwd: directory });
}

async function sourcesIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => SOURCE_FILE.test(name)).sort();
}
