import type { JobStats } from '../libvirt/index.js';
import {
  type Action,
  addLinkSample,
  type Budget,
  type Capabilities,
  type Escalation,
  expectedPauseMs,
  type LinkRate,
  type Note,
  type Policy,
  type PolicyState,
  permitted,
  skipLinkSample,
  type View,
} from '../policy/index.js';
import type { Limits } from './actuators.js';
import { type Looks, PassTracker, readingOf } from './pass-tracker.js';

/** Passes that a policy is shown. */
const KEPT_PASSES = 32;
/** A first pass shorter than this says little about the link, as QEMU's counters are refreshed every 100 ms. */
const TELLING_MS = 500;

export interface SteeringOptions {
  policy: Policy;
  budget: Budget;
  escalate: readonly Escalation[];
  can: Capabilities;
  /** What a stop costs with nothing left to send, in milliseconds. */
  fixedPauseMs: number;
  looks: Looks;
}

/** What a policy wants done after a reading. */
export interface Advice {
  actions: readonly Action[];
  notes: readonly Note[];
}

/** Until QEMU has looked at the memory for the first time there is nothing left to send, and nothing sent. */
export function hasBegun({ memoryRemainingBytes = 0, memoryProcessedBytes = 0 }: JobStats): boolean {
  return memoryRemainingBytes > 0 || memoryProcessedBytes > 0;
}

/**
 * Makes a policy's view out of readings of the job and asks it. It keeps what must be remembered between readings (passes, the link's
 * speed, the policy's state) and changes nothing outside: the same readings give the same advice.
 */
export class Steering {
  readonly #options: SteeringOptions;
  readonly #passes: PassTracker;
  #state: PolicyState;
  #link: LinkRate | undefined;
  #startedAtMs: number | undefined;
  #firstPass = { atMs: 0, processedBytes: 0, passedMs: 0, sentBytes: 0 };
  #owesBoundary = false;

  constructor(options: SteeringOptions) {
    this.#options = options;
    this.#passes = new PassTracker(options.looks);
    this.#state = options.policy.initialState;
  }

  get passes(): PassTracker {
    return this.#passes;
  }

  /** Smoothed speed of the stream; undefined before two readings. */
  get linkBytesPerSecond(): number | undefined {
    return this.#link?.bytesPerSecond;
  }

  /**
   * Speed over the first pass, as long as nothing slowed the stream on purpose; where that was too short to tell, the smoothed speed.
   */
  get usualLinkBytesPerSecond(): number | undefined {
    const { passedMs, sentBytes } = this.#firstPass;
    return passedMs < TELLING_MS ? this.linkBytesPerSecond : (sentBytes / passedMs) * 1000;
  }

  /**
   * Takes a reading in and makes a policy's view of it.
   *
   * @param isAsked - whether the policy may be asked about it. While it may not, the engine is at work: a stream that is slowed on purpose says
   * nothing about the link, and a pass boundary is shown to the policy afterwards.
   */
  look(stats: JobStats, atMs: number, limits: Limits, isAsked: boolean): View {
    this.#startedAtMs ??= atMs;
    const view = this.#viewOf(stats, atMs - this.#startedAtMs, limits, isAsked);
    this.#owesBoundary = view.atPassBoundary && !isAsked;
    return view;
  }

  /** Asks the policy what to do. */
  advise(view: View): Advice {
    const { state, actions, notes } = this.#options.policy.decide(view, this.#state);
    this.#state = state;
    const allowed = permitted(view, actions);
    return { actions: allowed.actions, notes: [...notes, ...allowed.notes] };
  }

  #viewOf(stats: JobStats, elapsedMs: number, limits: Limits, isAsked: boolean): View {
    const { budget, escalate, can, fixedPauseMs } = this.#options;
    // QEMU has no measure of its own yet, or the trace is of a time when that was not written down.
    const reading = { bytesPerSecond: this.#link?.bytesPerSecond, ...readingOf(stats, elapsedMs) };
    const { processedBytes, remainingBytes, syncs, throttle } = reading;
    this.#passes.add(reading, limits);
    const isTelling = isAsked && !this.#passes.isWaiting;
    this.#link = (isTelling ? addLinkSample : skipLinkSample)(this.#link, elapsedMs, processedBytes);
    const speed = this.#link.bytesPerSecond;
    if (this.#passes.pass === 1) this.#addToFirstPass(elapsedMs, processedBytes, isAsked && elapsedMs > 0);
    const last = this.#passes.finished.at(-1);
    const dirtyBytes = this.#passes.dirtyBytes;
    return {
      elapsedMs,
      pass: this.#passes.pass,
      atPassBoundary: this.#passes.isAtBoundary || this.#owesBoundary,
      syncs,
      memoryTotalBytes: stats.memoryTotalBytes ?? 0,
      memoryRemainingBytes: remainingBytes,
      memoryProcessedBytes: processedBytes,
      diskTotalBytes: stats.diskTotalBytes ?? 0,
      diskRemainingBytes: stats.diskRemainingBytes ?? 0,
      dirtyBytes,
      linkBytesPerSecond: speed,
      rawLinkBytesPerSecond: this.#link.rawBytesPerSecond,
      dirtiedBytesPerSecond:
        last === undefined || last.durationMs === 0 ? undefined : (last.dirtiedBytes / last.durationMs) * 1000,
      expectedPauseMs:
        dirtyBytes === undefined || speed === undefined || speed === 0
          ? undefined
          : expectedPauseMs(dirtyBytes, speed, fixedPauseMs),
      fixedPauseMs,
      downtimeLimitMs: limits.downtimeLimitMs,
      bandwidthBytesPerSecond: limits.bandwidthBytesPerSecond,
      throttle,
      passes: this.#passes.finished.slice(-KEPT_PASSES),
      budget,
      escalate,
      can,
      postCopyActive: limits.postCopyActive,
      paused: limits.paused,
    };
  }

  #addToFirstPass(atMs: number, processedBytes: number, isUnhindered: boolean): void {
    const { passedMs, sentBytes, ...before } = this.#firstPass;
    this.#firstPass = {
      ...{ atMs, processedBytes },
      passedMs: passedMs + (isUnhindered ? atMs - before.atMs : 0),
      sentBytes: sentBytes + (isUnhindered ? processedBytes - before.processedBytes : 0),
    };
  }
}
