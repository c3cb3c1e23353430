import type { ResolvedGuestOptions } from './options.js';

/**
 * Linux itself: a console for its complaints, and no guessing about clocks. The TSC keeps its pace under QEMU; the
 * kernel's other choice, the ACPI timer, costs an exit at every reading.
 */
const LINUX = ['console=ttyS0', 'loglevel=4', 'panic=-1', 'tsc=reliable', 'no_timer_check', 'ipv6.disable=1'];

/** The kernel command line by which a guest learns what to do; program/options.c reads it. */
export function guestCommandLine(options: ResolvedGuestOptions): string {
  const { workload, client } = options;
  const own: Record<string, string | number> = {
    id: options.id,
    hz: options.heartbeatHz,
    address: `${options.address}/${options.prefixBits}`,
    client: `${client.address}:${client.port}`,
    workload: workload.name,
    set: workload.setBytes,
    rate: workload.bytesPerSecond,
    verify: workload.verifiedPagesPerSecond,
    period: workload.periodMs,
    high: Math.max(1, Math.round(workload.periodMs * workload.duty)),
  };
  if (client.mac !== undefined) own['client-mac'] = client.mac;
  const words = Object.entries(own).map(([name, value]) => `precopy.${name}=${value}`);
  return [...(options.kind === 'linux' ? LINUX : []), ...words].join(' ');
}
