import { Connection, type Domain } from '../../../lib/libvirt/index.js';

/** libvirt's test driver: domains that exist only in this process, and as long as one connection to it is open. */
export async function openTest(): Promise<{ connection: Connection; domain: Domain } & AsyncDisposable> {
  const connection = await Connection.open('test:///default');
  const domain = await connection.domainLookupByName('test');
  return { connection, domain, [Symbol.asyncDispose]: () => connection.close() };
}

export const domainXml = (name: string): string =>
  `<domain type='test'><name>${name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`;
