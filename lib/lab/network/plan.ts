import { CLIENT } from '../names.js';

/** The networks of a lab. No address leaves it, so every lab uses the same ones. */
export type NetworkName = 'migration' | 'control' | 'storage' | 'guest';

export interface NetworkPlan {
  /** What the network is for, in a person's words. */
  purpose: string;
  /** First two bytes of its addresses. */
  base: string;
  prefixLength: 16;
  /** Whether the client is on it: it is not on the link that carries guests' memory. */
  client: boolean;
}

export const NETWORKS: Readonly<Record<NetworkName, NetworkPlan>> = {
  migration: { purpose: "guests' memory on its way", base: '10.91', prefixLength: 16, client: false },
  control: { purpose: 'daemon to daemon, and remote clients', base: '10.92', prefixLength: 16, client: true },
  storage: { purpose: 'shared disks', base: '10.93', prefixLength: 16, client: true },
  guest: { purpose: 'guests and who watches them', base: '10.94', prefixLength: 16, client: true },
};

/** The bridge in every host that guests are plugged into. */
export const GUEST_BRIDGE = 'guests';

/** One network interface of a node, with the switch's port at the other end of its cable. */
export interface Nic {
  network: NetworkName;
  node: string;
  /** Name inside the node. */
  name: string;
  /** Name of the switch's port. */
  port: string;
  /** Without prefix length. A host's guest interface has none: it is a port of its bridge. */
  address: string | undefined;
  prefixLength: number;
  mac: string;
}

/** Most guests that a lab can have in its life: above is the client's address. */
export const MAX_GUESTS = 0xff00;

const CLIENT_SUFFIX = '255.254';

/** Address of the nth guest, from 1 on. Hosts have none on the guests' network. */
export function guestAddress(index: number): string {
  return `${NETWORKS.guest.base}.${index >> 8}.${index & 0xff}`;
}

/** Ethernet address of the nth guest, in QEMU's own range. */
export function guestMac(index: number): string {
  return formatMac([0x52, 0x54, 0x00, 0x94, index >> 8, index & 0xff]);
}

/** Ethernet address of an interface of ours, from its IP address: guests that know no ARP are told the client's. */
function nicMac(network: NetworkName, suffix: string): string {
  const bytes = `${NETWORKS[network].base}.${suffix}`.split('.').map(Number);
  return formatMac([0x02, 0x00, ...bytes]);
}

function formatMac(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function nic(network: NetworkName, node: string, suffix: string): Nic {
  const { base, prefixLength } = NETWORKS[network];
  // A host's guest interface is a port of its bridge and has no address of its own.
  const address = network === 'guest' && node !== CLIENT ? undefined : `${base}.${suffix}`;
  return {
    network,
    node,
    name: network,
    port: `${node}-${network}`,
    address,
    prefixLength,
    mac: nicMac(network, suffix),
  };
}

/** Every interface of a lab with these hosts. */
export function planNics(hosts: readonly string[]): Nic[] {
  // Object.keys gives string[]; the record's type says which strings.
  const networks = Object.keys(NETWORKS) as NetworkName[];
  return networks.flatMap((network) => [
    ...hosts.map((host, index) => nic(network, host, `0.${index + 1}`)),
    ...(NETWORKS[network].client ? [nic(network, CLIENT, CLIENT_SUFFIX)] : []),
  ]);
}

/** The interface of a node on a network. */
export function nicOf(nics: readonly Nic[], node: string, network: NetworkName): Nic {
  const found = nics.find((candidate) => candidate.node === node && candidate.network === network);
  if (found === undefined) throw new TypeError(`${node} is not on the ${network} network.`);
  return found;
}

/** The address of a node on a network. */
export function addressOf(nics: readonly Nic[], node: string, network: NetworkName): string {
  const { address } = nicOf(nics, node, network);
  if (address === undefined) throw new TypeError(`${node} has no address on the ${network} network.`);
  return address;
}
