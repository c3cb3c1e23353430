import { type Sides, suspendOn } from './connect.js';
import type { Role } from './events.js';

/** Sees to it that the guest does not go on running on both hosts: when it does, both are stopped before more harm is done. */
export class Guard {
  readonly #sides: Sides;
  readonly #uuid: string;
  readonly #runs: Record<Role, boolean> = { source: true, destination: false };
  #fence: Promise<unknown> | undefined;

  constructor(sides: Sides, uuid: string) {
    this.#sides = sides;
    this.#uuid = uuid;
  }

  /** Takes a lifecycle event in; true when it meant that the guest runs twice, and both are being suspended. */
  note(side: Role, event: string): boolean {
    if (event === 'resumed') this.#runs[side] = true;
    if (event === 'suspended' || event === 'stopped') this.#runs[side] = false;
    if (!this.#runs.source || !this.#runs.destination || this.#fence !== undefined) return false;
    const { source, destination } = this.#sides;
    this.#fence = Promise.allSettled([suspendOn(source, this.#uuid), suspendOn(destination, this.#uuid)]);
    return true;
  }

  /** Resolves when both were asked to stop, where that was necessary. */
  get fenced(): Promise<unknown> {
    return Promise.resolve(this.#fence);
  }
}
