/** libvirt's range for the downtime limit in milliseconds. A limit of 0 is taken by libvirt and means "stop at the end of this pass, however long it takes". */
export const DOWNTIME_LIMIT_MS = { minimum: 1, default: 300, maximum: 2_000_000 } as const;

/** The most CPU time that QEMU takes from a guest. */
export const MAX_THROTTLE = 0.99;

/**
 * What a policy may do. Every action says why, in words and numbers.
 *
 * - `continue`: nothing, said explicitly.
 * - `downtime-limit`: QEMU stops the guest when less than this is left to send at the present speed.
 * - `bandwidth`: cap on the memory stream in bytes per second; undefined takes the cap away.
 * - `throttle`: the fraction of CPU time taken from the guest, 0..0.99.
 * - `switchover`: stop the guest as soon as possible and send the rest.
 * - `post-copy`: let the guest go on at the destination at once and fetch the rest from there.
 * - `pause`: suspend the guest on the source until the rest is sent.
 * - `abort`: give up; the guest stays where it is.
 */
export type Action =
  | { readonly kind: 'continue'; readonly reason: string }
  | { readonly kind: 'downtime-limit'; readonly limitMs: number; readonly reason: string }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number | undefined; readonly reason: string }
  | { readonly kind: 'throttle'; readonly throttle: number; readonly reason: string }
  | { readonly kind: 'switchover'; readonly reason: string }
  | { readonly kind: 'post-copy'; readonly reason: string }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'abort'; readonly reason: string };

export type ActionKind = Action['kind'];

/** The nearest limit that libvirt takes, in whole milliseconds; never 0. */
export function toDowntimeLimitMs(milliseconds: number): number {
  return Math.min(Math.max(Math.floor(milliseconds), DOWNTIME_LIMIT_MS.minimum), DOWNTIME_LIMIT_MS.maximum);
}

/** Sets the downtime limit, brought into libvirt's range. */
export function downtimeLimit(milliseconds: number, reason: string): Action {
  return { kind: 'downtime-limit', limitMs: toDowntimeLimitMs(milliseconds), reason };
}
