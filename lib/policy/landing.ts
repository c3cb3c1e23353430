import { type Action, downtimeLimit } from './action.js';
import type { View } from './view.js';

/**
 * The soft landing of a quiet guest: it is stopped when next to nothing is left to send *and* what was sent has arrived. What the sockets and
 * the link still hold at the stop has to get through before the last pages can, and is pause.
 *
 * The stream is braked first, so that what is left holds still and can be read; then it is slowed so far that QEMU sends what is left at the
 * beginning of one of its windows and then sleeps, in which time the link is emptied; the stop comes at the beginning of the next window. A
 * busy guest would dirty more meanwhile than that is worth.
 */
export interface Landing {
  readonly startedAtMs: number;
  /** The link's speed before it was slowed. */
  readonly linkBytesPerSecond: number;
  /** The pass in which the stream was slowed last, and when that was. */
  readonly slowedIn: number;
  readonly slowedAtMs: number;
  /**
   * `braking`: next to nothing goes over; `gliding`: what is left does, window by window; `open`: the threshold was raised, the stop is due at the
   * next window; `wide`: raised again, since it did not come.
   */
  readonly stage: 'braking' | 'gliding' | 'open' | 'wide';
  /** Each time that the stream was slowed: in which pass, what was left, and what had been sent by then. */
  readonly bursts: readonly Pick<View, 'pass' | 'memoryRemainingBytes' | 'memoryProcessedBytes'>[];
  readonly before: { readonly downtimeLimitMs: number; readonly bandwidthBytesPerSecond: number | undefined };
}

export interface LandingStep {
  /** Undefined while there is none; `over` when there is to be none any more. */
  readonly landing: Landing | 'over' | undefined;
  readonly actions: readonly Action[];
}

/** QEMU lets a slowed stream send its share of so long a window at once and then sleeps, in milliseconds. */
const WINDOW_MS = 100;
/** The landing begins when what is left could be sent within this time, in milliseconds: as long as about the queue takes to drain. */
const NEAR_MS = 40;
/** So much of a window may be filled: the queue has the rest of it to drain. */
const WINDOW_SHARE = 0.6;
/** Slowed so that this share of what is left goes over: with nothing left at all QEMU would stop in mid-burst, with a full queue. */
const SENT_SHARE = 0.8;
/**
 * What is left counts pages of zeros at their full size, which cost nothing to send and go with a burst as they come. The first pass ends with
 * firmware, of which so many bytes are zeros, most of them at its end.
 */
const FIRMWARE_ZERO_BYTES = 2e6;
/** So many bursts of the first pass reckon with those zeros; by then they have begun to show. */
const CAUTIOUS_BURSTS = 2;
/** So much may go at once in any case, as time on the link in milliseconds: a stop in the middle of it costs no more. */
const HARMLESS_MS = 7.5;
/** libvirt's lowest speed, in bytes per second. */
const BRAKED_BYTES_PER_SECOND = 1024 * 1024;
/** The brake has taken effect by then, in milliseconds; until then as much goes over as before. */
const BRAKING_MS = 15;
/** What had gone over before the brake has arrived by then, in milliseconds. */
const DRAINED_MS = 40;
/** A guest is quiet when what it dirties in a window goes over in this time, in milliseconds. */
const QUIET_MS = 6;
const RECENT_MS = 1000;
/** A busy guest may stop with so much left, as time on the link in milliseconds: the passes below that take longer than they save. */
const BUSY_STOP_MS = 5;
/** With so little left, as time on the link in milliseconds, the guest may stop. */
const LAST_MS = 6;
/** What may be left at the stop: the guest has dirtied something until the window begins. */
const STOP_MS = LAST_MS + QUIET_MS;
/** The stop has come by then if it comes at the next window, in milliseconds. */
const DUE_MS = WINDOW_MS + 30;
/** A landing that has not ended by then does not work for this guest, in milliseconds. */
const GIVE_UP_MS = 1500;

const NONE: LandingStep = { landing: undefined, actions: [] };

/**
 * What to do about the landing at this view. Pure.
 *
 * @param isKnownBusy - the guest was busy when it was moved last: it is not taken for quiet in the first pass, which costs a tenth of a second
 */
export function land(view: View, landing: LandingStep['landing'], isKnownBusy = false): LandingStep {
  if (landing === 'over') return { landing, actions: [] };
  if (landing === undefined) return isKnownBusy && view.pass === 1 ? NONE : begin(view);
  if (view.elapsedMs - landing.startedAtMs >= GIVE_UP_MS) {
    return end(landing, `the guest did not stop within ${GIVE_UP_MS} ms of landing`);
  }
  if (view.atPassBoundary && !isQuiet(view, landing.linkBytesPerSecond)) {
    return end(landing, 'the guest is too busy for it', Math.min(BUSY_STOP_MS, roomMs(view)));
  }
  const { stage } = landing;
  return stage === 'braking' || stage === 'gliding' ? glide(view, landing) : wait(view, landing);
}

/** Nobody knows in the first pass whether the guest is quiet, and once a quiet one has ended it, it is too late: so it is taken for quiet. */
function begin(view: View): LandingStep {
  const { linkBytesPerSecond: link, memoryRemainingBytes: left, elapsedMs, pass } = view;
  if (link === undefined || left > (link / 1000) * NEAR_MS) return NONE;
  if (pass > 1 && !isQuiet(view, link)) return NONE;
  // The policy is not asked meanwhile, and may have to give up in time.
  if (elapsedMs + GIVE_UP_MS > (view.budget.totalMs ?? Number.POSITIVE_INFINITY)) return NONE;
  const { downtimeLimitMs, bandwidthBytesPerSecond } = view;
  const reason = `${megabytes(left)} left: the link is emptied before the stop`;
  return {
    landing: {
      ...{ startedAtMs: elapsedMs, linkBytesPerSecond: link, slowedIn: pass, slowedAtMs: elapsedMs, stage: 'braking' },
      bursts: [],
      before: { downtimeLimitMs, bandwidthBytesPerSecond },
    },
    actions: [{ kind: 'bandwidth', bytesPerSecond: BRAKED_BYTES_PER_SECOND, reason }],
  };
}

/** By the passes of the last second: a pass of a few milliseconds may see nothing of a busy guest. */
export function isQuiet({ passes, elapsedMs }: Pick<View, 'passes' | 'elapsedMs'>, link: number): boolean {
  const recent = passes.filter((pass, index) => {
    return index === passes.length - 1 || pass.startedAtMs + pass.durationMs > elapsedMs - RECENT_MS;
  });
  const dirtiedBytes = recent.reduce((sum, pass) => sum + pass.dirtiedBytes, 0);
  const durationMs = recent.reduce((sum, pass) => sum + pass.durationMs, 0);
  return durationMs > 0 && (dirtiedBytes / durationMs) * WINDOW_MS <= (link / 1000) * QUIET_MS;
}

function glide(view: View, landing: Landing): LandingStep {
  const { elapsedMs, pass, memoryRemainingBytes: left } = view;
  const { linkBytesPerSecond: link, slowedIn, slowedAtMs, stage } = landing;
  const sinceMs = elapsedMs - slowedAtMs;
  const isLast = left <= (link / 1000) * LAST_MS;
  // What went over before the brake is still on its way, and the next window may begin at any moment.
  if (isLast && (stage === 'gliding' || sinceMs >= DRAINED_MS)) return open(view, landing);
  const isDue = stage === 'braking' ? sinceMs >= BRAKING_MS : pass > slowedIn || sinceMs >= WINDOW_MS;
  return isDue && !isLast ? slow(view, landing) : { landing, actions: [] };
}

/**
 * Lets the guest stop at the beginning of the next window. Until then nothing may go over, however much of its share QEMU has left: a burst that
 * is still going on would end in the stop, with a full queue.
 */
function open(view: View, landing: Landing): LandingStep {
  const { elapsedMs, memoryRemainingBytes: left, bandwidthBytesPerSecond } = view;
  const { linkBytesPerSecond: link, stage } = landing;
  const reason = `${megabytes(left)} left, and what was sent arrives before the stop`;
  // QEMU reckons with the speed of the last window: the slowed stream's, or the link's up to the brake.
  const share = stage === 'braking' ? 1 : Math.min((bandwidthBytesPerSecond ?? link) / link, 1);
  const brake = { kind: 'bandwidth', bytesPerSecond: BRAKED_BYTES_PER_SECOND, reason } as const;
  return {
    landing: { ...landing, slowedAtMs: elapsedMs, stage: 'open' },
    actions: [...(stage === 'braking' ? [] : [brake]), downtimeLimit(STOP_MS / share, reason)],
  };
}

/** A stop that did not come at the next window comes at a later one, by the speed that QEMU sees in a window that was braked from its beginning. */
function wait(view: View, landing: Landing): LandingStep {
  const { elapsedMs, pass, memoryRemainingBytes: left } = view;
  const { linkBytesPerSecond: link, slowedIn, slowedAtMs, stage } = landing;
  // The sync before the stop has found too much for it.
  if (pass > slowedIn && left > (link / 1000) * LAST_MS) return slow(view, landing);
  if (stage === 'wide' || elapsedMs - slowedAtMs < DUE_MS) return { landing, actions: [] };
  const reason = 'the stop has not come yet: next to nothing goes over, and QEMU reckons with that';
  return {
    landing: { ...landing, stage: 'wide' },
    actions: [downtimeLimit((STOP_MS * link) / BRAKED_BYTES_PER_SECOND, reason)],
  };
}

/** Slows the stream so that what is left goes over in as few windows as leave the queue time to drain. */
function slow(view: View, landing: Landing): LandingStep {
  const { elapsedMs, pass, memoryRemainingBytes: left, memoryProcessedBytes, bandwidthBytesPerSecond } = view;
  const { linkBytesPerSecond: link } = landing;
  const bursts = landing.bursts.filter((burst) => burst.pass === pass);
  const zeroBytes = Math.min(zerosLeft(view, bursts), left);
  const harmlessBytes = Math.min((link / 1000) * HARMLESS_MS, left);
  const sentBytes = Math.max((left - zeroBytes) * SENT_SHARE, harmlessBytes);
  const atOnce = (sentBytes * 1000) / WINDOW_MS;
  const windows = Math.max(1, Math.ceil(atOnce / (link * WINDOW_SHARE)));
  const bytesPerSecond = atOnce / windows;
  const reason = `${megabytes(left)} left, of which ${megabytes(sentBytes)} go over before the link is empty`;
  return {
    landing: {
      ...{ ...landing, slowedIn: pass, slowedAtMs: elapsedMs, stage: 'gliding' },
      bursts: [...bursts, { pass, memoryRemainingBytes: left, memoryProcessedBytes }],
    },
    // What is in force already goes on from window to window.
    actions: bytesPerSecond === bandwidthBytesPerSecond ? [] : [{ kind: 'bandwidth', bytesPerSecond, reason }],
  };
}

/** How much of what is left is likely to be zeros: firmware's, or the share that the last burst of this pass took with it. */
function zerosLeft({ pass, memoryRemainingBytes, memoryProcessedBytes }: View, bursts: Landing['bursts']): number {
  if (pass === 1 && bursts.length < CAUTIOUS_BURSTS) return FIRMWARE_ZERO_BYTES;
  const last = bursts.at(-1);
  const passedBytes = last === undefined ? 0 : last.memoryRemainingBytes - memoryRemainingBytes;
  if (last === undefined || passedBytes <= 0) return 0;
  const share = 1 - (memoryProcessedBytes - last.memoryProcessedBytes) / passedBytes;
  return memoryRemainingBytes * Math.max(share, 0);
}

/** What the budget leaves for the last pages, in milliseconds. */
function roomMs({ budget: { pauseMs = Number.POSITIVE_INFINITY }, fixedPauseMs }: View): number {
  return pauseMs - fixedPauseMs;
}

/** Takes the landing back, the limit first: at full speed again QEMU would stop by the higher one. */
function end({ before }: Landing, reason: string, leastLimitMs = 0): LandingStep {
  const { bandwidthBytesPerSecond, downtimeLimitMs } = before;
  const limit = downtimeLimit(Math.max(downtimeLimitMs, leastLimitMs), reason);
  return { landing: 'over', actions: [limit, { kind: 'bandwidth', bytesPerSecond: bandwidthBytesPerSecond, reason }] };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
