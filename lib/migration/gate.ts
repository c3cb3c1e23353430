import { type Action, toDowntimeLimitMs, type View } from '../policy/index.js';
import type { Actuators } from './actuators.js';
import { sleep } from './sampler.js';

/**
 * What became of the hold. `none`: nobody asked for one. `held`: the guest ran on until the release. `broken`: QEMU stopped the guest by
 * itself, which it does when nothing at all is left to send.
 */
export type Hold = 'held' | 'broken' | 'none';

/** While held: QEMU's lowest limit and libvirt's lowest speed, with which only a guest that writes nothing converges. */
const HELD = { limitMs: 1, bytesPerSecond: 1024 * 1024 } as const;

/** The hold begins when what is left could be sent within this time, in milliseconds, or with the second pass. */
const LEFT_MS = 200;

/** Of that, what would be too much at the release is sent within this time, in milliseconds, before the stream is down to a trickle. */
const DRAIN_MS = 500;

/** At the release so much may be left as the link carries in this time, in milliseconds: of an idle guest it is less. */
const RELEASE_LIMIT_MS = 50;

/** QEMU looks at its limits every 100 ms: a guest of which little enough is left has stopped by then, in milliseconds. */
const RELEASE_LOOK_MS = 150;

/** For so long after a change QEMU may still reckon with the speed that was before, in milliseconds. */
const MEMORY_MS = 250;

/** What may be done while the switchover is held: nothing that would stop the guest, or undo the hold. */
export function isHarmlessToHold({ kind }: Action): boolean {
  return kind === 'throttle' || kind === 'abort' || kind === 'continue';
}

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
  /** What may be left at the release, in bytes. */
  #roomBytes = 0;
  #leftBytes = Number.POSITIVE_INFINITY;
  /** The caps of the stream so far, the first one being the link itself. */
  readonly #speeds: { sinceMs: number; bytesPerSecond: number }[] = [];
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

  async hold({ linkBytesPerSecond = HELD.bytesPerSecond, memoryRemainingBytes }: View): Promise<void> {
    this.#state = 'holding';
    this.#heldAtMs = this.#atMs();
    this.#speeds.push({ sinceMs: this.#heldAtMs, bytesPerSecond: linkBytesPerSecond });
    this.#roomBytes = (linkBytesPerSecond / 1000) * this.#releaseLimitMs;
    this.#leftBytes = memoryRemainingBytes;
    const drain = ((memoryRemainingBytes - this.#roomBytes) / DRAIN_MS) * 1000;
    await this.#setLimit(HELD.limitMs, 'the hold');
    await this.#slowDown(Math.max(HELD.bytesPerSecond, Math.min(drain, linkBytesPerSecond / 2)));
  }

  /** Takes in what is left while the switchover is held, and slows the stream down to a trickle when that is little enough. */
  async watch({ memoryRemainingBytes }: View): Promise<void> {
    this.#leftBytes = memoryRemainingBytes;
    const isTrickle = this.#speeds.at(-1)?.bytesPerSecond === HELD.bytesPerSecond;
    if (this.#state !== 'holding' || this.#speeds.length < 2 || isTrickle) return;
    if (memoryRemainingBytes <= this.#roomBytes || this.heldMs > DRAIN_MS) await this.#slowDown(HELD.bytesPerSecond);
  }

  /** Opens the gate and, where the guest does not stop by that alone, brings the link back to what it was. */
  async release(bytesPerSecond: number | undefined): Promise<void> {
    if (this.#state !== 'holding') return;
    this.#state = 'released';
    this.#endedAtMs = this.#atMs();
    const limitMs = this.#releaseLimitMs;
    if (this.#leftBytes <= this.#roomBytes) {
      // QEMU reckons with the speed that it has seen, which is that of the throttled stream: the limit has to be so much longer.
      await this.#setLimit((this.#roomBytes / this.#reckonedBytesPerSecond()) * 1000, 'the release');
      await sleep(RELEASE_LOOK_MS, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
    }
    // The limit first: at full speed the long one would let far too much through.
    await this.#setLimit(limitMs, 'the release');
    await this.#actuators.apply({ kind: 'bandwidth', bytesPerSecond, reason: 'the release' });
  }

  /** Half of the budget: the stop itself takes time, too. */
  get #releaseLimitMs(): number {
    return Math.min(RELEASE_LIMIT_MS, this.#mostLimitMs / 2);
  }

  /** The fastest that QEMU may take the stream to be, by what was in force not long ago. */
  #reckonedBytesPerSecond(): number {
    const sinceMs = this.#atMs() - MEMORY_MS;
    const recent = this.#speeds.filter((_, index) => (this.#speeds[index + 1]?.sinceMs ?? sinceMs) >= sinceMs);
    return Math.max(...recent.map(({ bytesPerSecond }) => bytesPerSecond));
  }

  async #slowDown(bytesPerSecond: number): Promise<void> {
    this.#speeds.push({ sinceMs: this.#atMs(), bytesPerSecond });
    await this.#actuators.apply({ kind: 'bandwidth', bytesPerSecond, reason: 'the hold' });
  }

  #setLimit(limitMs: number, reason: string): Promise<void> {
    return this.#actuators.apply({ kind: 'downtime-limit', limitMs: toDowntimeLimitMs(limitMs), reason });
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
