import type { View } from '../policy/index.js';
import { toDowntimeLimitMs } from '../policy/index.js';
import type { Actuators } from './actuators.js';
import { sleep } from './sampler.js';

/**
 * What became of the hold. `none`: nobody asked for one. `held`: the guest ran on until the release. `broken`: QEMU stopped the guest by
 * itself, which it does when nothing at all is left to send.
 */
export type Hold = 'held' | 'broken' | 'none';

/** While held: QEMU's lowest limit and libvirt's lowest speed, with which only a guest that writes nothing converges. */
const HELD = { limitMs: 1, bytesPerSecond: 1024 * 1024 } as const;

/** At the release so much may be left as the link carries in this time, in milliseconds: what an idle guest dirties meanwhile is less. */
const RELEASE_LIMIT_MS = 20;

/** QEMU looks at its limits every 100 ms: a guest of which little enough is left has stopped by then, in milliseconds. */
const RELEASE_LOOK_MS = 150;

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
  /** The speed of the link before it was throttled, in bytes per second. */
  #linkBytesPerSecond: number | undefined;
  readonly #stop = new AbortController();

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

  /** True when the end is so near that the hold has to begin now. */
  isDue(view: View): boolean {
    if (this.#state !== 'armed') return false;
    if (view.pass > 1) return true;
    const link = view.linkBytesPerSecond;
    return link !== undefined && view.memoryRemainingBytes <= (link / 1000) * LEFT_MS;
  }

  /** @param linkBytesPerSecond - the speed of the link before it is throttled */
  async hold(linkBytesPerSecond: number | undefined): Promise<void> {
    this.#state = 'holding';
    this.#linkBytesPerSecond = linkBytesPerSecond;
    this.#heldAtMs = this.#atMs();
    await this.#actuators.apply({ kind: 'downtime-limit', limitMs: HELD.limitMs, reason: 'the hold' });
    await this.#actuators.apply({ kind: 'bandwidth', bytesPerSecond: HELD.bytesPerSecond, reason: 'the hold' });
  }

  /** Opens the gate and, where the guest does not stop by that alone, brings the link back to what it was. */
  async release(bytesPerSecond: number | undefined): Promise<void> {
    if (this.#state !== 'holding') return;
    this.#state = 'released';
    this.#endedAtMs = this.#atMs();
    const limitMs = Math.min(RELEASE_LIMIT_MS, this.#mostLimitMs);
    // QEMU reckons with the speed that it saw last, which is that of the throttled link: its limit has to be so much longer.
    const timesSlower = (this.#linkBytesPerSecond ?? HELD.bytesPerSecond) / HELD.bytesPerSecond;
    await this.#setLimit(toDowntimeLimitMs(limitMs * Math.max(1, timesSlower)));
    await sleep(RELEASE_LOOK_MS, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    // The limit first: at full speed the long one would let far too much through.
    await this.#setLimit(limitMs);
    await this.#actuators.apply({ kind: 'bandwidth', bytesPerSecond, reason: 'the release' });
  }

  #setLimit(limitMs: number): Promise<void> {
    return this.#actuators.apply({ kind: 'downtime-limit', limitMs, reason: 'the release' });
  }

  /** The guest has stopped; true when the gate was to keep it from that. */
  noteStop(): boolean {
    this.#stop.abort();
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
