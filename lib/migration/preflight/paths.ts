import type { Role } from '../events.js';
import type { GuestFacts, RequestFacts } from './facts.js';

/** There for every network interface of the host, also for bridges, in the network namespace of whoever opens it. */
export const interfacePath = (name: string): string => `/proc/sys/net/ipv4/conf/${name}/forwarding`;

/** libvirt's record of an active network: there as long as the network is. */
export const networkPath = (name: string): string => `${NETWORKS_PATH}/${name}.xml`;

/** Where libvirt keeps those records; a host without it keeps them elsewhere, or has never had a network. */
export const NETWORKS_PATH = '/run/libvirt/network';

/** Either shows that the kernel has userfaultfd: the device since Linux 6.1, the switch since 5.2. */
export const USERFAULTFD_PATHS = ['/dev/userfaultfd', '/proc/sys/vm/unprivileged_userfaultfd'];

/** Where QEMU's certificates for migration are unless qemu.conf says otherwise. */
export const TLS_PATHS: Readonly<Record<Role, readonly string[]>> = {
  source: ['/etc/pki/libvirt-migrate/ca-cert.pem', '/etc/pki/qemu/ca-cert.pem'],
  destination: ['/etc/pki/libvirt-migrate/server-cert.pem', '/etc/pki/qemu/server-cert.pem'],
};

/** The paths to look for on each host, so that the checks can judge. Pure. */
export function wantedPaths(guest: GuestFacts | undefined, request: RequestFacts): Record<Role, string[]> {
  const tls = request.transport.tls === undefined || request.transport.tls === false ? undefined : TLS_PATHS;
  const destination = [
    ...(guest?.bootFiles ?? []),
    ...(guest?.disks ?? []).flatMap(({ path, backingPaths }) => [
      ...(path === undefined ? [] : [path]),
      ...backingPaths,
    ]),
    ...(guest?.interfaces ?? []).flatMap(({ type, source = '' }) => PLUG_PATHS[type]?.(source) ?? []),
    ...(request.escalate?.includes('post-copy') ? USERFAULTFD_PATHS : []),
    ...(tls?.destination ?? []),
  ];
  return { source: [...(tls?.source ?? [])], destination: [...new Set(destination)] };
}

const PLUG_PATHS: Readonly<Record<string, (source: string) => string[]>> = {
  bridge: (source) => [interfacePath(source)],
  direct: (source) => [interfacePath(source)],
  network: (source) => [networkPath(source), NETWORKS_PATH],
};
