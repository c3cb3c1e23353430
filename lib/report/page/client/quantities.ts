import { formatBytes, formatMs, formatShare } from '../../../format.js';
import type { Quantity } from '../chart-spec.js';

const WRITERS: Readonly<Record<Quantity, (value: number) => string>> = {
  milliseconds: (value) => (value < 0 ? `−${formatMs(-value)}` : formatMs(value)),
  bytes: formatBytes,
  bytesPerSecond: (value) => `${formatBytes(value)}/s`,
  share: formatShare,
  count: (value) => value.toLocaleString('en-GB', { maximumFractionDigits: 1 }),
};

/** A value with its unit. */
export function write(quantity: Quantity, value: number): string {
  return WRITERS[quantity](value);
}

/** A value at a tick of an axis: round, so without the noughts behind the point. */
export function writeTick(quantity: Quantity, value: number): string {
  if (value === 0) return '0';
  return write(quantity, value).replace(/\.0+(?= )|(\.\d*[1-9])0+(?= )| 00 (?:min|s)$/, '$1');
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The steps between two ticks of an axis of time, in milliseconds: decimal below a minute, as clocks go above. */
export const TIME_STEPS_MS: readonly number[] = [
  ...[0.001, 0.01, 0.1, 1, 10, 100].flatMap((step) => [step, 2 * step, 5 * step]),
  ...[1, 2, 5, 10, 15, 30].map((step) => step * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((step) => step * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 96].map((step) => step * HOUR),
];
