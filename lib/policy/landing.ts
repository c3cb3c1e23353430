import { type Action, downtimeLimit } from './action.js';
import type { View } from './view.js';

/**
 * The soft landing: the guest is stopped when next to nothing is left to send *and* what was sent has arrived. What the sockets and the link
 * still hold at the stop has to get through before the last pages can, and is pause.
 *
 * - `glide`, for a quiet guest: the stream is slowed so far that QEMU sends what is left at the beginning of one of its windows and then
 *   sleeps, in which time the link is emptied; the stop comes at the beginning of the next window.
 * - `bottom`, for a busy one, which a slowed stream would fall behind of: QEMU goes on with passes that are hardly longer than a sync, which
 *   fill less of the link than it carries, until what was queued before has drained. It needs a threshold that QEMU does not reach by itself.
 */
export interface Landing {
  readonly kind: 'glide' | 'bottom';
  readonly startedAtMs: number;
  /** The link's speed before it was slowed. */
  readonly linkBytesPerSecond: number;
  readonly dirtiedBytesPerSecond: number;
  /** The pass in which the stream was slowed last, and when that was. */
  readonly slowedIn: number;
  readonly slowedAtMs: number;
  readonly isOpen: boolean;
  readonly before: { readonly downtimeLimitMs: number; readonly bandwidthBytesPerSecond: number | undefined };
}

export interface LandingStep {
  /** Undefined while there is none; `over` when it was tried in vain. */
  readonly landing: Landing | 'over' | undefined;
  readonly actions: readonly Action[];
}

/** QEMU lets a slowed stream send its share of so long a window at once and then sleeps, in milliseconds. */
const WINDOW_MS = 100;
/** A glide begins when what is left could be sent within this time, in milliseconds. */
const NEAR_MS = 100;
/** So much of a window may be filled: the queue has the rest of it to drain. */
const WINDOW_SHARE = 0.6;
/** Slowed so that this share of what is left goes over: with nothing left at all QEMU would stop in mid-burst, with a full queue. */
const SENT_SHARE = 0.95;
/** A guest is quiet when what it dirties in a window goes over in this time, in milliseconds. */
const QUIET_MS = 6;
/** What may be left at the stop, as time on the whole link in milliseconds. */
const LAST_MS = 3;
/** A slowed stream has come to its sleep by then, in milliseconds. */
const ASLEEP_MS = 30;
/** A busy guest is at the bottom when what is left could be sent within this time, in milliseconds. */
const BOTTOM_MS = 10;
/** What sockets and link hold behind a stream at full speed, as time on the link in milliseconds. */
const QUEUE_MS = 30;
const LONGEST_DRAIN_MS = 150;
/** A landing that has not ended by then does not work for this guest, in milliseconds. */
const GIVE_UP_MS = 1500;

const NONE: LandingStep = { landing: undefined, actions: [] };

/** What to do about the landing at this view. Pure. @param isFine - whether the threshold can be so low that QEMU does not stop by itself */
export function land(view: View, landing: LandingStep['landing'], isFine: boolean): LandingStep {
  if (landing === 'over') return { landing, actions: [] };
  if (landing === undefined) return begin(view, isFine);
  if (view.elapsedMs - landing.startedAtMs >= GIVE_UP_MS) return end(landing);
  if (landing.isOpen) return { landing, actions: [] };
  return landing.kind === 'glide' ? glide(view, landing, isFine) : bottom(view, landing);
}

/** Not in the first pass, of which nobody knows what it leaves behind. */
function begin(view: View, isFine: boolean): LandingStep {
  const { linkBytesPerSecond: link, dirtiedBytesPerSecond: dirtied, memoryRemainingBytes: left } = view;
  if (link === undefined || dirtied === undefined || left > (link / 1000) * NEAR_MS) return NONE;
  const { elapsedMs, pass, downtimeLimitMs, bandwidthBytesPerSecond } = view;
  const landing = {
    startedAtMs: elapsedMs,
    linkBytesPerSecond: link,
    dirtiedBytesPerSecond: dirtied,
    ...{ slowedIn: pass, slowedAtMs: elapsedMs, isOpen: false },
    before: { downtimeLimitMs, bandwidthBytesPerSecond },
  };
  if (dirtied * WINDOW_MS <= link * QUIET_MS) return slow(view, { kind: 'glide', ...landing });
  if (!isFine || left > (link / 1000) * BOTTOM_MS) return NONE;
  return { landing: { kind: 'bottom', ...landing }, actions: [] };
}

function glide(view: View, landing: Landing, isFine: boolean): LandingStep {
  const { elapsedMs, pass, memoryRemainingBytes: left } = view;
  const sinceMs = elapsedMs - landing.slowedAtMs;
  if (left <= (landing.linkBytesPerSecond / 1000) * LAST_MS) {
    return sinceMs < ASLEEP_MS ? { landing, actions: [] } : open(view, landing, isFine ? LAST_MS : LAST_MS / 0.35);
  }
  return pass > landing.slowedIn || sinceMs >= WINDOW_MS ? slow(view, landing) : { landing, actions: [] };
}

/** Slows the stream so that what is left goes over in as few windows as leave the queue time to drain. */
function slow(view: View, landing: Landing): LandingStep {
  const { elapsedMs, pass, memoryRemainingBytes: left } = view;
  const most = landing.linkBytesPerSecond * WINDOW_SHARE;
  const atOnce = (left * SENT_SHARE * 1000) / WINDOW_MS;
  const bytesPerSecond = atOnce / Math.ceil(atOnce / most || 1);
  const reason = `${megabytes(left)} left: the link is emptied before the stop`;
  return {
    landing: { ...landing, slowedIn: pass, slowedAtMs: elapsedMs },
    actions: [{ kind: 'bandwidth', bytesPerSecond, reason }],
  };
}

function bottom(view: View, landing: Landing): LandingStep {
  const { linkBytesPerSecond: link, dirtiedBytesPerSecond: dirtied } = landing;
  // A burst: the bottom is further down.
  if (view.memoryRemainingBytes > (link / 1000) * NEAR_MS) return NONE;
  const drainMs = Math.min(QUEUE_MS / Math.max(1 - dirtied / link, 0.01), LONGEST_DRAIN_MS);
  if (view.elapsedMs - landing.startedAtMs < drainMs) return { landing, actions: [] };
  return open(view, landing, Math.max(LAST_MS, (2 * LAST_MS * dirtied) / link));
}

function open(view: View, landing: Landing, limitMs: number): LandingStep {
  const reason = `${megabytes(view.memoryRemainingBytes)} left, and what was sent has arrived`;
  return { landing: { ...landing, isOpen: true }, actions: [downtimeLimit(limitMs, reason)] };
}

/** Takes the landing back. */
function end({ before }: Landing): LandingStep {
  const reason = `the guest did not stop within ${GIVE_UP_MS} ms of landing`;
  const { bandwidthBytesPerSecond, downtimeLimitMs } = before;
  return {
    landing: 'over',
    actions: [
      { kind: 'bandwidth', bytesPerSecond: bandwidthBytesPerSecond, reason },
      downtimeLimit(downtimeLimitMs, reason),
    ],
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
