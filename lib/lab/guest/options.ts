import { isIPv4 } from 'node:net';
import { InvalidArgumentError } from '../../errors.js';
import { integer, oneOf, type Rule } from '../../validation.js';
import { GUEST_KINDS, type GuestKind, type ResolvedWorkload, resolveWorkload, type Workload } from './workload.js';

const MIB = 1024 ** 2;
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const DEFAULT_HEARTBEAT_HZ = 1000;
const LEAST_MEMORY_BYTES = 128 * MIB;
const MOST_MEMORY_BYTES = 64 * 1024 * MIB;

/** Which hypervisor runs a guest: the hardware's, or QEMU's own translation. */
export type Accelerator = 'kvm' | 'tcg';

/** What a guest is told and given, whoever starts it. */
export interface GuestOptions {
  kind: GuestKind;
  /** Only a `bare` guest can have `kvm`: ask `probeAccelerator` first. */
  accelerator: Accelerator;
  /** Distinguishes the guests of one observer. 1..2^32-1 */
  id: number;
  /** A whole number of MiB, at least 128 MiB. */
  memoryBytes: number;
  /** A `bare` guest uses the first one only. @defaultValue 1 */
  vcpus?: number;
  mac: string;
  /** The guest's own IPv4 address and the bits of its network. */
  address: string;
  prefixBits: number;
  /** Where the heartbeats go. `bare` guests know no ARP: without the client's `mac` they send to everybody. */
  client: { address: string; port: number; mac?: string };
  workload: Workload;
  /** Heartbeats a second, 0 for none. @defaultValue 1000 */
  heartbeatHz?: number;
}

/** Guest options with every default filled in and every value checked. */
export interface ResolvedGuestOptions extends Required<Omit<GuestOptions, 'workload'>> {
  workload: ResolvedWorkload;
}

const address: Rule = (value) => (typeof value === 'string' && isIPv4(value) ? undefined : 'an IPv4 address');

const mac: Rule = (value) =>
  typeof value === 'string' && MAC.test(value) ? undefined : 'a MAC address in lower case, as 52:54:00:00:00:01';

const wholeMebibytes: Rule = (value) =>
  Number(value) % MIB === 0 ? integer(LEAST_MEMORY_BYTES, MOST_MEMORY_BYTES)(value) : 'a multiple of 1 MiB';

/** @throws InvalidArgumentError */
export function resolveGuestOptions(options: GuestOptions): ResolvedGuestOptions {
  check('kind', options.kind, oneOf(...GUEST_KINDS));
  check('accelerator', options.accelerator, options.kind === 'linux' ? oneOf('tcg') : oneOf('kvm', 'tcg'));
  check('id', options.id, integer(1, 2 ** 32 - 1));
  check('memoryBytes', options.memoryBytes, wholeMebibytes);
  check('vcpus', options.vcpus ?? 1, integer(1, 16));
  check('mac', options.mac, mac);
  check('address', options.address, address);
  check('prefixBits', options.prefixBits, integer(1, 31));
  check('client.address', options.client.address, address);
  check('client.port', options.client.port, integer(1, 65535));
  if (options.client.mac !== undefined) check('client.mac', options.client.mac, mac);
  check('heartbeatHz', options.heartbeatHz ?? DEFAULT_HEARTBEAT_HZ, integer(0, 10_000));
  return {
    ...options,
    vcpus: options.vcpus ?? 1,
    heartbeatHz: options.heartbeatHz ?? DEFAULT_HEARTBEAT_HZ,
    workload: resolveWorkload(options.workload, options),
  };
}

function check(option: string, value: unknown, rule: Rule): void {
  const allowed = rule(value);
  if (allowed !== undefined) throw new InvalidArgumentError(option, value, allowed);
}
