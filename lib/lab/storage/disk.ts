import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOptions, type Rules } from '../../validation.js';
import { LabError } from '../errors.js';
import { hasErrno } from '../files.js';
import type { LabNode } from '../host/node.js';
import type { LabProcess } from '../host/process.js';
import { labDirectory } from '../names.js';
import { requireProgram } from '../requirements.js';
import { PROGRAM_PATH } from '../run.js';

const PROGRAM = 'qemu-nbd';
const FIRST_PORT = 10809;
const LAST_PORT = FIRST_PORT + 999;
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const SECTOR_BYTES = 512;

const diskRules: Rules<DiskOptions> = {
  sizeBytes: (value) =>
    Number.isSafeInteger(value) && Number(value) > 0 && Number(value) % SECTOR_BYTES === 0
      ? undefined
      : `a multiple of ${SECTOR_BYTES}`,
  name: (value) =>
    typeof value === 'string' && NAME.test(value)
      ? undefined
      : 'at most 32 lower case letters, digits and dashes, no dash in front',
};

export interface DiskOptions {
  sizeBytes: number;
  /** @defaultValue `disk` and the number of its port */
  name?: string;
}

/** A disk that all hosts reach: libvirt counts a network disk as shared, and a local file not. */
export class SharedDisk {
  readonly name: string;
  readonly sizeBytes: number;
  /** Where the server listens, on the lab's storage network. */
  readonly address: string;
  readonly port: number;
  readonly #node: LabNode;
  readonly #path: string;

  /** @internal */
  constructor(node: LabNode, path: string, disk: { name: string; sizeBytes: number; address: string; port: number }) {
    this.#node = node;
    this.#path = path;
    this.name = disk.name;
    this.sizeBytes = disk.sizeBytes;
    this.address = disk.address;
    this.port = disk.port;
  }

  /** The `<disk>` element for a guest's definition. `target` is the device's name in the guest. */
  xml(target = 'vda'): string {
    return [
      "<disk type='network' device='disk'>",
      "  <driver name='qemu' type='raw' cache='none'/>",
      `  <source protocol='nbd' name='${this.name}'><host name='${this.address}' port='${this.port}'/></source>`,
      `  <target dev='${target}' bus='virtio'/>`,
      '</disk>',
    ].join('\n');
  }

  /** The process that serves it, `undefined` when it does not run: something to kill or to freeze. */
  async server(): Promise<LabProcess | undefined> {
    const processes = await this.#node.processes();
    return processes.find((process) => process.command === PROGRAM && process.argv.includes(this.#path));
  }

  /** Ends the server and deletes the disk. */
  async destroy(): Promise<void> {
    await (await this.server())?.kill();
    await rm(this.#path, { force: true });
  }
}

/**
 * Creates an empty disk and serves it from the lab's client until the lab ends.
 *
 * @throws InvalidArgumentError, LabError `ERR_PRECOPY_LAB_EXISTS` for a name that is taken, `…_MISSING_TOOL` without `qemu-nbd`
 */
export async function createDisk(
  lab: string,
  node: LabNode,
  address: string,
  options: DiskOptions,
): Promise<SharedDisk> {
  checkOptions<DiskOptions>('', options, diskRules, ['sizeBytes']);
  const { sizeBytes } = options;
  await requireProgram({ name: PROGRAM, purpose: 'shared disks', debianPackage: 'qemu-utils' });
  const port = await freePort(node);
  const name = options.name ?? `disk${port}`;

  const path = join(labDirectory(lab), 'disks', `${name}.raw`);
  await createSparseFile(path, name, sizeBytes);
  const disk = new SharedDisk(node, path, { name, sizeBytes, address, port });
  const server = [PROGRAM, '--fork', '--persistent', '--shared=0', '--format=raw', '--cache=writeback'];
  const served = [`--export-name=${name}`, `--bind=${address}`, `--port=${port}`, path];
  const result = await node.exec(['env', '-i', `PATH=${PROGRAM_PATH}`, ...server, ...served]);
  if (result.exitCode !== 0) {
    await rm(path, { force: true });
    throw new LabError('ERR_PRECOPY_LAB_COMMAND', `The server of disk ${name} does not start: ${result.stderr.trim()}`);
  }
  return disk;
}

async function createSparseFile(path: string, name: string, sizeBytes: number): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  try {
    const file = await open(path, 'wx');
    await file.truncate(sizeBytes).finally(() => file.close());
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
    throw new LabError('ERR_PRECOPY_LAB_EXISTS', `The lab has a disk named ${name} already.`, {
      remedy: 'Choose another name.',
    });
  }
}

async function freePort(node: LabNode): Promise<number> {
  const servers = (await node.processes()).filter((process) => process.command === PROGRAM);
  const taken = new Set(servers.flatMap((server) => server.argv.filter((argument) => argument.startsWith('--port='))));
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) {
    if (!taken.has(`--port=${port}`)) return port;
  }
  throw new LabError('ERR_PRECOPY_LAB_COMMAND', `The lab serves ${LAST_PORT - FIRST_PORT + 1} disks already.`);
}
