import { guestCommandLine } from '../command-line.js';
import { CPU_MODEL, DIRTY_RING_ENTRIES, MACHINE_TYPE } from '../domain-xml.js';
import type { GuestFiles } from '../files.js';
import { type GuestOptions, resolveGuestOptions } from '../options.js';

export interface PlainQemuOptions extends GuestOptions {
  files: GuestFiles;
  /** The tap that the guest's network card is on; without one its packets go nowhere. */
  tap?: string;
  /** Where QEMU listens for QMP: a socket in the file system. */
  qmpPath?: string;
  /** Where a guest that is migrated here comes from, as `unix:/path`. */
  incoming?: string;
}

/**
 * The command line of QEMU for a guest: the machine that `guestDomainXml` describes, without libvirt. Its console is on standard output.
 *
 * @throws InvalidArgumentError
 */
export function qemuArguments(options: PlainQemuOptions): [string, ...string[]] {
  const guest = resolveGuestOptions(options);
  const { files } = options;
  const boot =
    guest.kind === 'linux'
      ? ['-kernel', files.linux.kernel, '-initrd', files.linux.initramfs]
      : ['-kernel', files.bare.kernel];
  return [
    'qemu-system-x86_64',
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
    ...['-machine', `${MACHINE_TYPE},usb=off,hpet=off`, '-cpu', CPU_MODEL],
    ...['-accel', guest.accelerator === 'kvm' ? `kvm,dirty-ring-size=${DIRTY_RING_ENTRIES}` : 'tcg'],
    ...['-m', `size=${guest.memoryBytes / 1024}k`, '-smp', String(guest.vcpus)],
    ...(files.firmware === undefined ? [] : ['-bios', files.firmware]),
    ...[...boot, '-append', guestCommandLine(guest)],
    ...(options.tap === undefined ? [] : ['-netdev', `tap,id=net,ifname=${options.tap},script=no,downscript=no`]),
    '-device',
    `virtio-net-pci,mac=${guest.mac},romfile=${options.tap === undefined ? '' : ',netdev=net'}`,
    ...(options.qmpPath === undefined ? [] : ['-qmp', `unix:${options.qmpPath},server=on,wait=off`]),
    ...(options.incoming === undefined ? [] : ['-incoming', options.incoming]),
  ];
}
