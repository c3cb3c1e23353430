import type { Role } from './events.js';
import { ownerOf, type SideView } from './ownership.js';

/** What the guard needs of a host. */
export interface Watched {
  observe(uuid: string): Promise<SideView>;
  suspend(uuid: string): Promise<void>;
}

/** Sees to it that the guest does not go on running on both hosts: when it does, both are stopped before more harm is done. */
export class Guard {
  readonly #sides: Record<Role, Watched>;
  readonly #uuid: string;
  readonly #onSplitBrain: () => void;
  readonly #runs: Record<Role, boolean> = { source: true, destination: false };
  #hasFenced = false;
  #fenced: Promise<void> = Promise.resolve();

  /** @param onSplitBrain - told once it is certain that the guest runs twice, right before both are suspended */
  constructor(sides: Record<Role, Watched>, uuid: string, onSplitBrain: () => void) {
    this.#sides = sides;
    this.#uuid = uuid;
    this.#onSplitBrain = onSplitBrain;
  }

  /** Takes a lifecycle event in. */
  note(side: Role, event: string): void {
    if (event === 'resumed') this.#runs[side] = true;
    if (event === 'suspended' || event === 'stopped') this.#runs[side] = false;
    if (!this.#runs.source || !this.#runs.destination || this.#hasFenced) return;
    this.#fenced = this.#fenced.then(() => this.#fenceIfTwice());
  }

  /** Resolves when both were asked to stop, where that was necessary. */
  get fenced(): Promise<void> {
    return this.#fenced;
  }

  /**
   * Events only raise the suspicion: those of the two hosts come in no order, and one that adopts a migration has missed some. So both
   * hosts are asked first, the destination before the source: one that runs there has stopped on the source before.
   */
  async #fenceIfTwice(): Promise<void> {
    if (this.#hasFenced) return;
    const { source, destination } = this.#sides;
    const there = await destination.observe(this.#uuid);
    const here = await source.observe(this.#uuid);
    if (ownerOf({ source: here, destination: there }) !== 'both') return;
    this.#hasFenced = true;
    this.#onSplitBrain();
    await Promise.allSettled([source.suspend(this.#uuid), destination.suspend(this.#uuid)]);
  }
}
