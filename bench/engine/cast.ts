import type { BenchGuest, Contender } from './contender.js';
import { BareGuest } from './movers/bare-guest.js';
import { LibvirtGuest } from './movers/libvirt-guest.js';
import type { Scenario } from './scenario.js';
import type { Stage } from './stage.js';
import type { Strategy } from './strategy.js';

/** The guests of one scenario and who moves them: strategies that go through libvirt share one guest. */
export class Cast implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #guest: Scenario['guest'];
  readonly #signal: AbortSignal;
  #libvirt: LibvirtGuest | undefined;
  #bare: BareGuest | undefined;

  constructor(stage: Stage, guest: Scenario['guest'], signal: AbortSignal) {
    this.#stage = stage;
    this.#guest = guest;
    this.#signal = signal;
  }

  get guests(): BenchGuest[] {
    return [this.#libvirt, this.#bare].filter((guest) => guest !== undefined);
  }

  /** A strategy with its guest: a new one where there is none. */
  async contender(strategy: Strategy): Promise<Contender> {
    if (strategy.by === 'qmp') {
      this.#bare ??= await BareGuest.start(this.#stage, this.#guest, this.#signal);
      return this.#bare.contender(strategy);
    }
    this.#libvirt ??= await LibvirtGuest.start(this.#stage, this.#guest, this.#signal);
    return this.#libvirt.contender(strategy);
  }

  /** Ends a guest that was hurt by a migration that failed. */
  async dismiss(guest: BenchGuest): Promise<void> {
    if (guest === this.#libvirt) this.#libvirt = undefined;
    if (guest === this.#bare) this.#bare = undefined;
    await guest.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const guest of this.guests) await this.dismiss(guest);
  }
}
