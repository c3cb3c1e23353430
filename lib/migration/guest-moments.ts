import type { LifecycleEvent } from '../libvirt/index.js';
import { HostClock, type StampedEvent } from './host-clock.js';

/** What QEMU says on its monitor where libvirt then says this of the guest. */
const MONITOR_NAMES: Partial<Record<LifecycleEvent['event'], string>> = { suspended: 'STOP', resumed: 'RESUME' };

/**
 * When a guest stopped and ran again on one host, by QEMU's own stamps. libvirt's events tell that it did; by when they arrive they tell as well
 * how long libvirt's daemon and this process had to wait for a processor.
 */
export class GuestMoments {
  readonly #clock = new HostClock();
  /** By QEMU's name, until libvirt's event follows. */
  readonly #heard = new Map<string, StampedEvent>();

  /**
   * An event of QEMU's monitor; those of other guests show how the host's clock stands.
   *
   * @returns when it happened, as far as the host's clock is known by now
   */
  note(name: string, event: StampedEvent, isOfGuest: boolean): number {
    this.#clock.note(event);
    if (isOfGuest) this.#heard.set(name, event);
    return this.#clock.happenedAtMs(event);
  }

  /** When what libvirt's event tells has happened: where QEMU was not heard, at its arrival. QEMU's word comes first, since libvirt passes it on. */
  atMs(event: LifecycleEvent['event'], arrivedAtMs: number): number {
    const name = MONITOR_NAMES[event] ?? '';
    const heard = this.#heard.get(name);
    // Never twice: one that QEMU says nothing of must not be given the moment of the last.
    this.#heard.delete(name);
    return heard === undefined ? arrivedAtMs : Math.min(this.#clock.happenedAtMs(heard), arrivedAtMs);
  }
}
