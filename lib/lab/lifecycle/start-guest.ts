import { randomUUID } from 'node:crypto';
import { anyObject, checkOptions, integer, oneOf, type Rules } from '../../validation.js';
import { LabError } from '../errors.js';
import {
  type Accelerator,
  ensureGuestFiles,
  GUEST_KINDS,
  type GuestFiles,
  type GuestKind,
  guestDomainXml,
  probeAccelerator,
  type Workload,
} from '../guest/index.js';
import type { Host } from '../host/host.js';
import { CLIENT } from '../names.js';
import { addressOf, GUEST_BRIDGE, NETWORKS, type Nic, nicOf } from '../network/plan.js';
import type { Progress } from './build.js';
import { findRival } from './find-domains.js';
import { consoleName } from './guest.js';
import { claimGuest, type GuestRecord, guestExists, unclaimGuest } from './guest-records.js';

/** The UDP port of the lab's client that all guests send their heartbeats to. */
export const HEARTBEAT_PORT = 4700;

const DEFAULT_HEARTBEAT_HZ = 1000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$/;

export interface StartGuestOptions {
  /** `linux`: Debian's kernel, under TCG. `bare`: nothing but our own program, under KVM where that works. */
  kind: GuestKind;
  /** A whole number of MiB, at least 128 MiB. */
  memoryBytes: number;
  /** What it does with its memory. */
  workload: Workload;
  /** Name of the host to start it on. @defaultValue the first one */
  host?: string;
  /** Unique in the lab. @defaultValue its kind and number */
  name?: string;
  /** Heartbeats a second, 0 for none. @defaultValue 1000 */
  heartbeatHz?: number;
  /** @defaultValue 1 */
  vcpus?: number;
  /** @defaultValue what works: KVM for a bare guest on a machine that has it, TCG otherwise */
  accelerator?: Accelerator;
}

const rules: Rules<StartGuestOptions> = {
  kind: oneOf(...GUEST_KINDS),
  memoryBytes: integer(1),
  workload: anyObject,
  host: (value) => (typeof value === 'string' ? undefined : 'the name of a host'),
  name: (value) =>
    typeof value === 'string' && NAME.test(value)
      ? undefined
      : 'at most 60 letters, digits, dots, dashes and underscores',
  heartbeatHz: integer(0),
  vcpus: integer(1),
  accelerator: oneOf('kvm', 'tcg'),
};

export interface GuestPlace {
  lab: string;
  hosts: readonly Host[];
  host: Host;
  nics: readonly Nic[];
}

/** @throws InvalidArgumentError */
export function checkGuestOptions(options: unknown): asserts options is StartGuestOptions {
  checkOptions<StartGuestOptions>('', options, rules, ['kind', 'memoryBytes', 'workload']);
}

/** Builds the guest's files if need be, makes sure that it will be alone with its name and address, and starts it. */
export async function startGuest(
  place: GuestPlace,
  options: StartGuestOptions,
  onProgress?: Progress,
): Promise<GuestRecord> {
  onProgress?.("prepare the guests' kernel and programs");
  const files = await ensureGuestFiles();
  const { kind, memoryBytes, workload } = options;
  const record = await claimGuest(place.lab, {
    ...{ kind, memoryBytes, workload, name: options.name, startedOn: place.host.name },
    accelerator: options.accelerator ?? (await bestAccelerator(kind, files, onProgress)),
    heartbeatHz: options.heartbeatHz ?? DEFAULT_HEARTBEAT_HZ,
  });
  try {
    const rival = await findRival(place.hosts, record);
    if (rival !== undefined) throw guestExists(record.name, rival);
    onProgress?.(`start guest ${record.name} on host ${place.host.name}`);
    await using connection = await place.host.connect();
    await connection.domainCreateXML(domainXml(place, record, files, options.vcpus ?? 1));
    return record;
  } catch (error) {
    await unclaimGuest(place.lab, record.id);
    throw error;
  }
}

async function bestAccelerator(
  kind: GuestKind,
  files: GuestFiles,
  onProgress: Progress | undefined,
): Promise<Accelerator> {
  if (kind === 'linux') return 'tcg';
  const { accelerator, reason } = await probeAccelerator(files);
  onProgress?.(`take ${accelerator.toUpperCase()}: ${reason}`);
  return accelerator;
}

function domainXml({ nics }: GuestPlace, record: GuestRecord, files: GuestFiles, vcpus: number): string {
  const { id, name, kind, accelerator, memoryBytes, workload, heartbeatHz, mac, address } = record;
  return guestDomainXml({
    ...{ id, name, kind, accelerator, memoryBytes, workload, heartbeatHz, mac, address, vcpus, files },
    uuid: randomUUID(),
    prefixBits: NETWORKS.guest.prefixLength,
    client: { address: addressOf(nics, CLIENT, 'guest'), port: HEARTBEAT_PORT, mac: nicOf(nics, CLIENT, 'guest').mac },
    bridge: GUEST_BRIDGE,
    consolePath: `/var/log/libvirt/qemu/${consoleName(name)}`,
  });
}

/** @throws LabError `ERR_PRECOPY_LAB_NOT_FOUND` */
export function requireRecord(records: readonly GuestRecord[], name: string): GuestRecord {
  const found = records.find((record) => record.name === name);
  if (found) return found;
  const names = records.map((record) => record.name).join(', ');
  throw new LabError('ERR_PRECOPY_LAB_NOT_FOUND', `The lab has no guest ${name}.`, {
    remedy: names === '' ? 'Start one with `precopy lab guest start`.' : `It has ${names}.`,
  });
}
