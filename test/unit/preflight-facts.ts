import type { FindingCode, GuestFacts, PreflightFacts } from '../../lib/migration/index.js';

const guest: GuestFacts = {
  name: 'db1',
  uuid: '503a771d-1a4e-4922-8554-a56ebf7ac47c',
  virtualizationType: 'kvm',
  architecture: 'x86_64',
  machine: 'pc-q35-9.0',
  emulator: '/usr/bin/qemu-system-x86_64',
  memoryBytes: 1024 ** 3,
  vcpus: 2,
  cpu: { mode: 'custom', xml: '<cpu/>' },
  bootFiles: ['/boot/vmlinuz'],
  disks: [],
  interfaces: [{ type: 'bridge', mac: '52:54:00:94:00:01', source: 'br0' }],
  hostDevices: [],
  notMigratable: [],
};

const host = { libvirtVersion: '11.3.0', hypervisorVersion: '10.0.2', migrationSchemes: ['tcp', 'rdma'] };

/** Facts in which nothing is wrong and nothing is unknown. */
export const fine = {
  request: { domain: 'db1', destinationUri: 'qemu+tls://b/system', transport: {} },
  source: { ...host, hostname: 'a', hostUuid: 'aa595e5a-9e3b-4b07-80c7-0b4a82150cba' },
  destination: { ...host, hostname: 'b', hostUuid: 'ffe76d74-b604-4cf0-9db0-1c14af326fd5' },
  guest,
  arriving: guest,
  state: { state: 'running', reason: 'booted' },
  job: { type: 'none' },
  hasSnapshots: false,
  sameUuid: null,
  sameName: null,
  hypervisor: { maxVcpus: 255 },
  cpu: { compared: 'guest', result: 'superset' },
  memory: { availableBytes: 8 * 1024 ** 3 },
  paths: {
    source: {},
    destination: { '/boot/vmlinuz': 'present', '/proc/sys/net/ipv4/conf/br0/forwarding': 'present' },
  },
  gaps: [],
} satisfies PreflightFacts;

/** The same with another guest; what arrives is the same guest. */
export function withGuest(changes: Partial<GuestFacts>): PreflightFacts {
  const changed = { ...guest, ...changes };
  return { ...fine, guest: changed, arriving: changed };
}

/** What is so, the facts, and the codes of what is found. */
export type Case = [what: string, facts: PreflightFacts, codes: FindingCode[]];

/** Nothing wrong but what was found in the destination's file system. */
export const onDestination = (found: object): Pick<PreflightFacts, 'paths'> => ({
  paths: { source: {}, destination: { ...fine.paths.destination, ...found } },
});

/** Nothing wrong but what is asked for. */
export const asked = (changes: object): PreflightFacts => ({ ...fine, request: { ...fine.request, ...changes } });
