import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from './errors.js';
import { COVERED_DIRECTORIES } from './host/directories.js';
import { PROGRAM_PATH } from './run.js';

interface Tool {
  name: string;
  purpose: string;
  debianPackage: string;
}

const TOOLS: readonly Tool[] = [
  { name: 'libvirtd', purpose: 'the daemon of each host', debianPackage: 'libvirt-daemon libvirt-daemon-driver-qemu' },
  { name: 'qemu-system-x86_64', purpose: 'what runs the guests', debianPackage: 'qemu-system-x86' },
  { name: 'ip', purpose: 'the network', debianPackage: 'iproute2' },
  { name: 'tc', purpose: "the links' speed", debianPackage: 'iproute2' },
  { name: 'unshare', purpose: 'namespaces', debianPackage: 'util-linux' },
  { name: 'nsenter', purpose: 'namespaces', debianPackage: 'util-linux' },
  { name: 'gcc', purpose: "the hosts' init", debianPackage: 'gcc libc6-dev' },
];

/** @throws LabError `ERR_PRECOPY_LAB_NOT_ROOT`: everything about a lab is namespaces, which only root may touch. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new LabError(
    'ERR_PRECOPY_LAB_NOT_ROOT',
    'A lab needs root: it is made of network namespaces, mounts and a libvirtd per host.',
    {
      remedy: 'Run the same as root, for example with sudo.',
    },
  );
}

/**
 * Checks what a lab needs before anything is touched.
 *
 * @throws LabError `ERR_PRECOPY_LAB_NOT_ROOT`, or `ERR_PRECOPY_LAB_MISSING_TOOL` with everything that is missing in one sentence.
 */
export async function requireTools(): Promise<void> {
  requireRoot();
  const found = await Promise.all(TOOLS.map(async (tool) => ((await findProgram(tool.name)) ? undefined : tool)));
  const missing = found.filter((tool) => tool !== undefined);
  if (missing.length > 0) throw missingTools(missing);
  await Promise.all(COVERED_DIRECTORIES.map(requireDirectory));
}

/** The path of a program, `undefined` when there is none. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const directory of PROGRAM_PATH.split(':')) {
    const path = join(directory, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** @throws LabError `ERR_PRECOPY_LAB_MISSING_TOOL` */
export async function requireProgram(tool: Tool): Promise<string> {
  const path = await findProgram(tool.name);
  if (path === undefined) throw missingTools([tool]);
  return path;
}

function missingTools(missing: readonly Tool[]): LabError {
  const list = missing.map((tool) => `${tool.name} (${tool.purpose})`).join(', ');
  const packages = [...new Set(missing.flatMap((tool) => tool.debianPackage.split(' ')))].join(' ');
  return new LabError('ERR_PRECOPY_LAB_MISSING_TOOL', `A lab needs programs that are not installed here: ${list}.`, {
    remedy: `Run \`npm run setup\` in the repository, or install them: \`apt-get install ${packages}\` on Debian and Ubuntu.`,
  });
}

async function requireDirectory(path: string): Promise<void> {
  try {
    await access(path);
  } catch (cause) {
    throw new LabError('ERR_PRECOPY_LAB_MISSING_TOOL', `${path} does not exist: libvirt is not installed completely.`, {
      remedy: 'Install libvirt from your distribution’s packages.',
      cause,
    });
  }
}
