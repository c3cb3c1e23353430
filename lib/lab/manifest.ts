import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from './errors.js';
import { hasErrno, inSharedDirectory, isMissing, readIfPresent } from './files.js';
import { labDirectory, stateDirectory } from './names.js';

const FILE = 'lab.json';

/** What is written down about a lab. All else is found by looking. */
export interface Manifest {
  version: 1;
  name: string;
  hosts: string[];
  /** `starting` until everything is up: a lab whose starter died meanwhile stays that way. */
  state: 'starting' | 'up';
  starterPid: number;
  /** ISO 8601. */
  createdAt: string;
}

/**
 * Makes the lab's directory, which is what claims its name.
 *
 * @throws LabError `ERR_PRECOPY_LAB_EXISTS`
 */
export async function claim(manifest: Manifest): Promise<void> {
  const directory = labDirectory(manifest.name);
  await inSharedDirectory(stateDirectory(), async () => {
    try {
      await mkdir(directory);
    } catch (error) {
      throw hasErrno(error, 'EEXIST') ? existsError(manifest.name, [directory], error) : error;
    }
  });
  await writeManifest(manifest);
}

const MAX_NAMED = 2;

export function existsError(name: string, found: readonly string[], cause?: unknown): LabError {
  const others = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  const list = `${found.slice(0, MAX_NAMED).join(', ')}${others}`;
  return new LabError(
    'ERR_PRECOPY_LAB_EXISTS',
    `There is a lab named ${name} already, or what is left of one: ${list}.`,
    {
      remedy: `Choose another name, or remove it with \`precopy lab down ${name}\`.`,
      cause,
    },
  );
}

export async function writeManifest(manifest: Manifest): Promise<void> {
  const path = join(labDirectory(manifest.name), FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** `undefined` when there is none, or none that this version of precopy understands. */
export async function readManifest(name: string): Promise<Manifest | undefined> {
  const text = await readIfPresent(join(labDirectory(name), FILE));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isManifest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, type: string) => typeof Reflect.get(value, key) === type;
  const hosts: unknown = Reflect.get(value, 'hosts');
  return (
    Reflect.get(value, 'version') === 1 &&
    ['name', 'state', 'createdAt'].every((key) => has(key, 'string')) &&
    has('starterPid', 'number') &&
    Array.isArray(hosts) &&
    hosts.every((host) => typeof host === 'string')
  );
}

/** Names of the labs that have a directory. */
export async function listDirectories(): Promise<string[]> {
  try {
    const entries = await readdir(stateDirectory(), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
