import type { View } from '../policy/index.js';
import type { Actuators } from './actuators.js';

/**
 * What became of the hold. `none`: nobody asked for one. `held`: the guest ran on until the release. `broken`: QEMU stopped the guest by
 * itself, which it does when nothing at all is left to send.
 */
export type Hold = 'held' | 'broken' | 'none';

/** While held: QEMU's lowest limit and libvirt's lowest speed, with which only a guest that writes nothing converges. */
const HELD = { limitMs: 1, bytesPerSecond: 1024 * 1024 } as const;

/** The limit at the release, in milliseconds: enough for what an idle guest dirties meanwhile to go over at once. */
const RELEASE_LIMIT_MS = 20;

/** The hold begins when what is left could be sent within this time, so that no sync comes before it. */
const LEFT_MS = 500;

/**
 * Keeps the switchover from happening until it is released, while the guest runs on and its memory is sent at a trickle. libvirt has no
 * such gate (it always continues QEMU's own by itself), so this one is soft: a low limit and a throttled link.
 */
export class Gate {
  readonly #actuators: Actuators;
  readonly #atMs: () => number;
  readonly #mostLimitMs: number;
  #state: 'open' | 'armed' | 'holding' | 'released' | 'broken' = 'open';
  #heldAtMs: number | undefined;
  #endedAtMs: number | undefined;

  /** @param mostLimitMs - the highest downtime limit that the budget allows */
  constructor(actuators: Actuators, atMs: () => number, mostLimitMs: number) {
    this.#actuators = actuators;
    this.#atMs = atMs;
    this.#mostLimitMs = mostLimitMs;
  }

  /** Somebody wants the switchover held: by a hook, or until a moment. */
  arm(): void {
    this.#state = 'armed';
  }

  /** True until the release: nothing may be done that would stop the guest. */
  get isClosed(): boolean {
    return this.#state === 'armed' || this.#state === 'holding';
  }

  /** True from the moment somebody wanted a hold, also when it is over. */
  get isUsed(): boolean {
    return this.#state !== 'open';
  }

  /** True when the end is so near that the hold has to begin now. */
  isDue(view: View): boolean {
    if (this.#state !== 'armed') return false;
    if (view.pass > 1) return true;
    const link = view.linkBytesPerSecond;
    return link !== undefined && view.memoryRemainingBytes <= (link / 1000) * LEFT_MS;
  }

  async hold(): Promise<void> {
    this.#state = 'holding';
    this.#heldAtMs = this.#atMs();
    await this.#actuators.apply({ kind: 'downtime-limit', limitMs: HELD.limitMs, reason: 'the hold' });
    await this.#actuators.apply({ kind: 'bandwidth', bytesPerSecond: HELD.bytesPerSecond, reason: 'the hold' });
  }

  /** Opens the gate and brings the link back to what it was. */
  async release(bytesPerSecond: number | undefined): Promise<void> {
    if (this.#state !== 'holding') return;
    this.#state = 'released';
    this.#endedAtMs = this.#atMs();
    const limitMs = Math.min(RELEASE_LIMIT_MS, this.#mostLimitMs);
    // The limit first: with the speed alone QEMU might find a reason for another pass.
    await this.#actuators.apply({ kind: 'downtime-limit', limitMs, reason: 'the release' });
    await this.#actuators.apply({ kind: 'bandwidth', bytesPerSecond, reason: 'the release' });
  }

  /** The guest has stopped; true when the gate was to keep it from that. */
  noteStop(): boolean {
    if (!this.isClosed) return false;
    this.#state = 'broken';
    this.#endedAtMs = this.#atMs();
    return true;
  }

  get outcome(): Hold {
    if (this.#state === 'broken') return 'broken';
    return this.#state === 'released' ? 'held' : 'none';
  }

  /** How long the switchover was held, in milliseconds. */
  get heldMs(): number {
    return this.#heldAtMs === undefined ? 0 : (this.#endedAtMs ?? this.#atMs()) - this.#heldAtMs;
  }
}
