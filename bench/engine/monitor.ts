import { createInterface } from 'node:readline';
import type { Host } from '../../lib/lab/index.js';
import { parseVirshEvent, type QemuEvent } from './qemu-events.js';

/** Listens to the monitors of all QEMUs on a lab's hosts, through libvirt: a witness that shares no code with the engine. */
export class MonitorWatch {
  readonly #events: QemuEvent[] = [];

  /** Listens until the lab ends: so do the programs that it starts in it. */
  static async start(hosts: readonly Host[]): Promise<MonitorWatch> {
    const watch = new MonitorWatch();
    for (const host of hosts) await watch.#listen(host);
    return watch;
  }

  /** What a guest's QEMUs have said since a moment of CLOCK_REALTIME, in nanoseconds. */
  eventsOf(guest: string, fromNs: bigint): QemuEvent[] {
    return this.#events.filter((event) => event.guest === guest && event.atNs >= fromNs);
  }

  async #listen(host: Host): Promise<void> {
    const virsh = await host.spawn(['virsh', 'qemu-monitor-event', '--loop'], { stdio: ['ignore', 'pipe', 'ignore'] });
    if (virsh.stdout === null) throw new TypeError('Its standard output is a pipe.');
    createInterface({ input: virsh.stdout }).on('line', (line) => {
      const event = parseVirshEvent(host.name, line);
      if (event !== undefined) this.#events.push(event);
    });
  }
}
