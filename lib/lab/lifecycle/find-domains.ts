import { type Connection, ConnectListAllDomainsFlags, type Domain } from '../../libvirt/index.js';
import type { Host } from '../host/host.js';
import { settleAll } from '../settle.js';

/** Whether a host can be asked: it is up and its daemon runs. */
async function answers(host: Host): Promise<boolean> {
  return (await host.isUp()) && (await host.daemon.process()) !== undefined;
}

/** Asks every host that answers, each over a connection of its own, and gives what they say in the order of the hosts. */
export async function askHosts<T>(
  hosts: readonly Host[],
  ask: (connection: Connection, host: Host) => Promise<T>,
): Promise<T[]> {
  const answering = await Promise.all(hosts.map(async (host) => ((await answers(host)) ? [host] : [])));
  return settleAll(
    answering.flat().map(async (host) => {
      await using connection = await host.connect();
      return await ask(connection, host);
    }),
  );
}

/** A guest's domain on a host, running or only defined; `undefined` when there is none. */
export async function findDomain(connection: Connection, name: string): Promise<Domain | undefined> {
  return (await connection.listAllDomains()).find((domain) => domain.name === name);
}

/** The hosts on which a guest is active: one, unless something is wrong or it is just being moved. */
export async function locate(hosts: readonly Host[], name: string): Promise<Host[]> {
  const found = await askHosts(hosts, async (connection, host) => {
    // In one call: between two a guest that is just leaving would be gone.
    const active = await connection.listAllDomains(ConnectListAllDomainsFlags.ACTIVE);
    return active.some((domain) => domain.name === name) ? [host] : [];
  });
  return found.flat();
}

/** A domain of the lab, started by whomever, that has this name or Ethernet address: in a person's words, `undefined` when there is none. */
export async function findRival(
  hosts: readonly Host[],
  guest: { name: string; mac: string },
): Promise<string | undefined> {
  const found = await askHosts(hosts, async (connection, host) => {
    for (const domain of await connection.listAllDomains()) {
      if (domain.name === guest.name) return `as a domain on host ${host.name}`;
      if ((await domain.getXMLDesc()).includes(guest.mac))
        return `or at least its Ethernet address, in domain ${domain.name} on host ${host.name}`;
    }
    return undefined;
  });
  return found.find((rival) => rival !== undefined);
}
