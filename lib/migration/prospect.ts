import type { JobStats } from '../libvirt/index.js';
import {
  addLinkSample,
  addOutlook,
  addPace,
  type LinkRate,
  type Outlook,
  type Pace,
  type PaceState,
  type Pass,
} from '../policy/index.js';
import type { Limits } from './actuators.js';

/** What is known beside the job's statistics. */
export interface Circumstances {
  readonly limits: Readonly<Limits>;
  readonly passes: readonly Pass[];
  /** Passes are kept from ending on purpose, or there are none any more: the hold, or a guest that has stopped. */
  readonly isHeld: boolean;
}

/** Tells from the readings of a job how far it is and how it is doing. */
export class Prospect {
  #link: LinkRate | undefined;
  #outlook: Outlook | undefined;
  /** The pass that finished last, and when that was seen. */
  #pass = { finished: 0, sinceMs: 0 };
  #state: PaceState | undefined;
  /** Nobody has answered for long. */
  #isMute = false;

  get pace(): Pace {
    return this.#isMute ? 'stalled' : (this.#state?.pace ?? 'moving');
  }

  /** There is no reading, and there was none for as long as makes a stall. */
  giveUp(): void {
    this.#isMute = this.#state !== undefined;
  }

  /** Takes in a reading. */
  add(stats: JobStats, atMs: number, { limits, passes, isHeld }: Circumstances): Outlook & { pace: Pace } {
    this.#isMute = false;
    const doneBytes = doneBytesOf(stats);
    const remainingBytes = (stats.memoryRemainingBytes ?? 0) + (stats.diskRemainingBytes ?? 0);
    this.#link = addLinkSample(this.#link, atMs, doneBytes);
    const linkBytesPerSecond = this.#link.bytesPerSecond;
    const stopBytes = ((linkBytesPerSecond ?? 0) / 1000) * limits.downtimeLimitMs;
    const last = passes.at(-1);
    if (last !== undefined && last.number !== this.#pass.finished) {
      this.#pass = { finished: last.number, sinceMs: atMs };
    }
    const isDirtied = !limits.postCopyActive && !limits.paused;
    this.#outlook = addOutlook(this.#outlook, {
      ...{ doneBytes, remainingBytes, linkBytesPerSecond, stopBytes },
      passMs: atMs - this.#pass.sinceMs,
      dirtiedBytesPerSecond: !isDirtied || !last?.durationMs ? 0 : (last.dirtiedBytes / last.durationMs) * 1000,
    });
    const { bandwidthBytesPerSecond } = limits;
    const held = isHeld || !isDirtied;
    this.#state = addPace(this.#state, {
      ...{ atMs, doneBytes, remainingBytes, bandwidthBytesPerSecond, passes, stopBytes, isHeld: held },
    });
    const { pace } = this.#state;
    // The smoothed speed takes long to come down to nothing.
    return { ...this.#outlook, etaMs: pace === 'stalled' ? undefined : this.#outlook.etaMs, pace };
  }
}

/** Memory that was dealt with, zero pages at their full size, and disks: what QEMU has put behind it, however little went over for it. */
function doneBytesOf(stats: JobStats): number {
  const { memoryConstantPages = 0, memoryNormalPages = 0, memoryPageBytes = 4096 } = stats;
  const pagesBytes = (memoryConstantPages + memoryNormalPages) * memoryPageBytes;
  return Math.max(pagesBytes, stats.memoryProcessedBytes ?? 0) + (stats.diskProcessedBytes ?? 0);
}
