import { type Element, XMLSerializer } from '@xmldom/xmldom';
import { attribute, bytesOf, childrenOf, descend, rootElement, textOf } from './elements.js';
import type { DiskFacts, GuestFacts, InterfaceFacts } from './facts.js';

/** Reads what preflight needs out of a domain's XML. Pure. Throws ParseError when it is not well-formed. */
export function readGuest(xml: string): GuestFacts {
  const domain = rootElement(xml);
  const devices = descend(domain, 'devices');
  const type = descend(domain, 'os', 'type');
  const cpu = descend(domain, 'cpu');
  const emulator = textOf(devices, 'emulator');
  const hugePages = descend(domain, 'memoryBacking', 'hugepages');
  return {
    name: textOf(domain, 'name') ?? '',
    uuid: textOf(domain, 'uuid') ?? '',
    virtualizationType: attribute(domain, 'type') ?? '',
    architecture: attribute(type, 'arch') ?? '',
    machine: attribute(type, 'machine') ?? '',
    // libvirt's <memory> holds the memory devices as well.
    memoryBytes: bytesOf(descend(domain, 'memory')),
    vcpus: Number(textOf(domain, 'vcpu') ?? 1),
    bootFiles: bootFiles(domain),
    disks: childrenOf(devices, 'disk').map(readDisk),
    interfaces: childrenOf(devices, 'interface').map(readInterface),
    hostDevices: hostDevices(devices),
    notMigratable: notMigratable(domain, devices),
    ...(emulator === undefined ? {} : { emulator }),
    ...(cpu === undefined
      ? {}
      : { cpu: { mode: attribute(cpu, 'mode') ?? 'custom', xml: new XMLSerializer().serializeToString(cpu) } }),
    ...(hugePages === undefined ? {} : { hugePages: readHugePages(hugePages) }),
  };
}

function readHugePages(hugePages: Element): { pageBytes?: number } {
  const page = descend(hugePages, 'page');
  return page === undefined ? {} : { pageBytes: bytesOf(page, attribute(page, 'size') ?? null) };
}

const BOOT_FILES: readonly (readonly string[])[] = [
  ['os', 'kernel'],
  ['os', 'initrd'],
  ['os', 'dtb'],
  ['os', 'loader'],
];

function bootFiles(domain: Element): string[] {
  return BOOT_FILES.map((path) => textOf(domain, ...path)).filter((file) => file !== undefined);
}

/** Where each kind of source has its path on the host. */
const PATH_ATTRIBUTES: Readonly<Record<string, string>> = { file: 'file', block: 'dev', dir: 'dir' };

function readDisk(disk: Element): DiskFacts {
  const type = attribute(disk, 'type') ?? 'file';
  const path = sourcePath(disk);
  const backingPaths = [...disk.getElementsByTagName('backingStore')].map(sourcePath);
  return {
    target: attribute(descend(disk, 'target'), 'dev') ?? '',
    type,
    backingPaths: backingPaths.filter((backing) => backing !== undefined),
    cache: attribute(descend(disk, 'driver'), 'cache') ?? 'default',
    readOnly: descend(disk, 'readonly') !== undefined || attribute(disk, 'device') === 'cdrom',
    shareable: descend(disk, 'shareable') !== undefined,
    optional: ['optional', 'requisite'].includes(attribute(descend(disk, 'source'), 'startupPolicy') ?? ''),
    ...(path === undefined ? {} : { path }),
  };
}

function sourcePath(parent: Element): string | undefined {
  const name = PATH_ATTRIBUTES[attribute(parent, 'type') ?? 'file'];
  return name === undefined ? undefined : attribute(descend(parent, 'source'), name);
}

/** Which attribute of its source says what each type of interface is plugged into. */
const PLUGS: Readonly<Record<string, string>> = { bridge: 'bridge', network: 'network', direct: 'dev' };

function readInterface(element: Element): InterfaceFacts {
  const type = attribute(element, 'type') ?? '';
  const plug = PLUGS[type];
  const source = plug === undefined ? undefined : attribute(descend(element, 'source'), plug);
  return {
    type,
    mac: attribute(descend(element, 'mac'), 'address') ?? '',
    ...(source === undefined ? {} : { source }),
  };
}

/** A device that libvirt unplugs by itself before the migration, since another one takes over from it. */
const isUnplugged = (element: Element): boolean => attribute(descend(element, 'teaming'), 'type') === 'transient';

/** Devices that belong to the host: in which elements, which of them, and how they are called. */
const HOST_DEVICES: readonly { name: string; is: (element: Element) => boolean }[] = [
  // USB devices are the one kind that libvirt plugs out and in again; whether the destination has one is another matter.
  { name: 'hostdev', is: (element) => !isUnplugged(element) },
  {
    name: 'interface',
    is: (element) => ['hostdev', 'vdpa'].includes(attribute(element, 'type') ?? '') && !isUnplugged(element),
  },
  { name: 'disk', is: (element) => ['nvme', 'vhostvdpa'].includes(attribute(element, 'type') ?? '') },
  { name: 'tpm', is: (element) => attribute(descend(element, 'backend'), 'type') === 'passthrough' },
];

function hostDevices(devices: Element | undefined): string[] {
  return HOST_DEVICES.flatMap(({ name, is }) =>
    childrenOf(devices, name)
      .filter(is)
      .map((element) => [name, attribute(element, 'type'), addressOf(element)].filter(Boolean).join(' ')),
  );
}

function addressOf(element: Element): string | undefined {
  const source = descend(element, 'source');
  const address = descend(source, 'address');
  if (address === undefined) return attribute(source, 'dev') ?? attribute(source, 'path');
  return [...address.attributes].map(({ name, value }) => `${name}=${value}`).join(' ');
}

/** What libvirt or QEMU does not move, whatever the hosts are like. */
function notMigratable(domain: Element, devices: Element | undefined): string[] {
  const filesystems = childrenOf(devices, 'filesystem').map(
    (element) => `the shared directory ${attribute(descend(element, 'target'), 'dir') ?? ''}`,
  );
  const shared = childrenOf(devices, 'shmem')
    .filter((element) => attribute(element, 'role') !== 'master')
    .map((element) => `the shared memory ${attribute(element, 'name') ?? ''}, whose role is not master`);
  const disks = childrenOf(devices, 'disk').flatMap((disk) => {
    const target = attribute(descend(disk, 'target'), 'dev') ?? '';
    return [
      ...(descend(disk, 'transient') === undefined ? [] : [`the disk ${target}, which is transient`]),
      ...(descend(disk, 'mirror') === undefined ? [] : [`the block job on disk ${target}`]),
    ];
  });
  return [
    ...filesystems,
    ...shared,
    ...disks,
    ...(hasLooseTsc(domain) ? ['an invariant TSC without a frequency'] : []),
  ];
}

function hasLooseTsc(domain: Element): boolean {
  const invariant = childrenOf(descend(domain, 'cpu'), 'feature').some(
    (feature) => attribute(feature, 'name') === 'invtsc' && attribute(feature, 'policy') === 'require',
  );
  const timers = childrenOf(descend(domain, 'clock'), 'timer');
  return invariant && !timers.some((timer) => attribute(timer, 'name') === 'tsc' && attribute(timer, 'frequency'));
}
