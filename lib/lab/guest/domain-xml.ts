import { guestCommandLine } from './command-line.js';
import type { GuestFiles } from './files.js';
import { type GuestOptions, type ResolvedGuestOptions, resolveGuestOptions } from './options.js';

/**
 * A machine type by its full name: `pc` means another one in every QEMU, and a guest moves only between equal ones.
 * 9.0 is the oldest QEMU that does not corrupt guests migrated under TCG.
 */
export const MACHINE_TYPE = 'pc-i440fx-9.0';

/** A model that every host and TCG can do, so that nothing about the processor stands in the way of a migration. */
export const CPU_MODEL = 'qemu64';

export const DIRTY_RING_ENTRIES = 4096;

export interface DomainXmlOptions extends GuestOptions {
  name: string;
  uuid: string;
  files: GuestFiles;
  /** The host's bridge that the guest's tap is put on. */
  bridge: string;
  /** The tap's name on the host; libvirt chooses one when it is left out. */
  tap?: string;
  /** Largest packet of the guest's network. Must be that of the bridge. @defaultValue 1500 */
  mtuBytes?: number;
  /** Where the guest's console goes: a file on the host. */
  consolePath: string;
}

/**
 * The libvirt domain of a guest. Nothing is in it that the guest does not need: each device is state to be moved.
 *
 * @throws InvalidArgumentError
 */
export function guestDomainXml(options: DomainXmlOptions): string {
  const guest = resolveGuestOptions(options);
  const kvm = guest.accelerator === 'kvm';
  return `<domain type='${kvm ? 'kvm' : 'qemu'}'>
  <name>${escapeXml(options.name)}</name>
  <uuid>${escapeXml(options.uuid)}</uuid>
  <memory unit='b'>${guest.memoryBytes}</memory>
  <vcpu>${guest.vcpus}</vcpu>
  <os>
    <type arch='x86_64' machine='${MACHINE_TYPE}'>hvm</type>
${bootXml(options.files, guest)}
  </os>
  <features>
    <acpi/>
    <apic/>${kvm ? `\n    <kvm>\n      <dirty-ring state='on' size='${DIRTY_RING_ENTRIES}'/>\n    </kvm>` : ''}
  </features>
  <cpu mode='custom' match='exact' check='none'>
    <model fallback='forbid'>${CPU_MODEL}</model>
  </cpu>
  <clock offset='utc'>
    <timer name='hpet' present='no'/>
  </clock>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>destroy</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <controller type='usb' model='none'/>
    <interface type='bridge'>
      <mac address='${guest.mac}'/>
      <source bridge='${escapeXml(options.bridge)}'/>${options.tap === undefined ? '' : `\n      <target dev='${escapeXml(options.tap)}'/>`}
      <model type='virtio'/>
      <driver name='qemu'/>
      <mtu size='${options.mtuBytes ?? 1500}'/>
      <rom enabled='no'/>
    </interface>
    <serial type='file'>
      <source path='${escapeXml(options.consolePath)}' append='on'/>
      <target type='isa-serial' port='0'/>
    </serial>
    <memballoon model='none'/>
  </devices>
</domain>
`;
}

function bootXml(files: GuestFiles, guest: ResolvedGuestOptions): string {
  const lines = [];
  if (files.firmware !== undefined)
    lines.push(`<loader readonly='yes' type='rom'>${escapeXml(files.firmware)}</loader>`);
  if (guest.kind === 'linux') {
    lines.push(
      `<kernel>${escapeXml(files.linux.kernel)}</kernel>`,
      `<initrd>${escapeXml(files.linux.initramfs)}</initrd>`,
    );
  } else {
    lines.push(`<kernel>${escapeXml(files.bare.kernel)}</kernel>`);
  }
  lines.push(`<cmdline>${escapeXml(guestCommandLine(guest))}</cmdline>`);
  return lines.map((line) => `    ${line}`).join('\n');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => ENTITIES[character] ?? character);
}
