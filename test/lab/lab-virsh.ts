import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../lib/lab/index.js';
import { runToEnd } from '../../lib/lab/run.js';

/** Runs virsh, an independent client, outside of the lab as a person would; fails with what it says. */
export async function virsh(host: Host, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runToEnd(['virsh', '--quiet', '--connect', host.uri, ...args]);
  if (exitCode !== 0) throw new Error(stderr.trim());
  return stdout.trim();
}

/** Starts a machine without an operating system: enough to be moved. */
export async function startEmptyGuest(host: Host, name: string, devices = ''): Promise<void> {
  const xml = `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
    <os><type arch='x86_64' machine='q35'>hvm</type></os><devices>${devices}</devices></domain>`;
  const path = join(tmpdir(), `precopy-${randomUUID()}.xml`);
  await writeFile(path, xml);
  try {
    await virsh(host, 'create', path);
  } finally {
    await rm(path);
  }
}

/** Names of the guests that virsh sees running on a host. */
export async function running(host: Host): Promise<string[]> {
  const names = await virsh(host, 'list', '--name', '--state-running');
  return names.split('\n').filter((name) => name !== '');
}
