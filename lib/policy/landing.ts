import { type Action, downtimeLimit } from './action.js';
import type { View } from './view.js';

/**
 * The soft landing: just before the stop the stream is slowed down, so that what was sent has arrived. What the sockets and the link
 * still hold at the stop has to get through before the last pages can, and is pause.
 */
export interface Landing {
  readonly startedAtMs: number;
}

/** The landing begins when what is left could be sent within this time, in milliseconds. */
const NEAR_MS = 100;
/** The share of the link that the stream is slowed down to: the queue drains, and the rest still goes over soon. */
const SHARE = 0.35;
/** A guest must dirty so much less than the slowed stream carries, or the passes would get longer instead of shorter. */
const HEADROOM = 2;
/** What may be left at the stop, as time on the unslowed link in milliseconds: that is how fast it goes over once the guest has stopped. */
const LAST_MS = 3;
/** A landing that has not ended by then does not work for this guest, in milliseconds. */
const GIVE_UP_MS = 1500;

/** Whether the landing can begin now, and how. Not in the first pass, of which nobody knows what it leaves behind. Pure. */
export function beginLanding(view: View): readonly Action[] {
  const { linkBytesPerSecond: link, dirtiedBytesPerSecond: dirtied } = view;
  if (link === undefined || dirtied === undefined || view.memoryRemainingBytes > (link / 1000) * NEAR_MS) return [];
  const slowed = SHARE * link;
  if (slowed < HEADROOM * dirtied || slowed >= (view.bandwidthBytesPerSecond ?? Number.POSITIVE_INFINITY)) return [];
  const reason = `${(view.memoryRemainingBytes / 1e6).toFixed(1)} MB left: the link is emptied before the stop`;
  return [{ kind: 'bandwidth', bytesPerSecond: slowed, reason }, downtimeLimit(LAST_MS / SHARE, reason)];
}

/** What takes the landing back when it did not work: nothing before its time is over. Pure. */
export function endLanding(
  view: View,
  { startedAtMs }: Landing,
  before: { readonly downtimeLimitMs: number; readonly bandwidthBytesPerSecond: number | undefined },
): readonly Action[] {
  if (view.elapsedMs - startedAtMs < GIVE_UP_MS) return [];
  const reason = `the guest did not stop within ${GIVE_UP_MS} ms of slow stream`;
  return [
    { kind: 'bandwidth', bytesPerSecond: before.bandwidthBytesPerSecond, reason },
    downtimeLimit(before.downtimeLimitMs, reason),
  ];
}
