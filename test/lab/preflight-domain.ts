import type { Host } from '../../lib/lab/index.js';
import type { Domain } from '../../lib/libvirt/index.js';

const MACHINE = 'pc-i440fx-9.0';

export interface DomainOptions {
  name: string;
  uuid?: string;
  emulator?: string;
  memoryMebibytes?: number;
  /** What it has beside nothing. */
  devices?: string;
}

/** The definition of a guest that does nothing: its firmware finds nothing to boot. Enough for everything that is checked beforehand. */
export function idleDomain({ name, uuid, emulator, memoryMebibytes = 64, devices = '' }: DomainOptions): string {
  return `<domain type='qemu'>
  <name>${name}</name>${uuid === undefined ? '' : `<uuid>${uuid}</uuid>`}
  <memory unit='MiB'>${memoryMebibytes}</memory>
  <os><type arch='x86_64' machine='${MACHINE}'>hvm</type></os>
  <devices>
    ${emulator === undefined ? '' : `<emulator>${emulator}</emulator>`}
    ${devices}
    <memballoon model='none'/>
  </devices>
</domain>`;
}

/** Starts a guest that does nothing; it ends with the lab. */
export async function startIdle(host: Host, options: DomainOptions): Promise<{ uuid: string; xml: string }> {
  await using connection = await host.connect();
  const domain: Domain = await connection.domainCreateXML(idleDomain(options));
  return { uuid: domain.uuid, xml: await domain.getXMLDesc() };
}

/** Runs a command line on a host that has to succeed. */
export async function shell(host: Host, command: string): Promise<void> {
  const { exitCode, stderr } = await host.exec(['sh', '-ec', command]);
  if (exitCode !== 0) throw new Error(`${command}: ${stderr}`);
}
