/** Figures as people read them. Pure, and free of Node: the page of a report uses it as well. */

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** 1234567 → "1.2 MB"; decimal units, as links are measured. */
export function formatBytes(bytes: number): string {
  const exponent = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), BYTE_UNITS.length - 1);
  const value = bytes / 1000 ** exponent;
  return `${value.toFixed(exponent === 0 || value >= 100 ? 0 : 1)} ${BYTE_UNITS[exponent]}`;
}

/** 61234 → "61.2 s", 43.21 → "43 ms", 4.321 → "4.3 ms", 7500000 → "2 h 05 min"; undefined → "–". */
export function formatMs(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '–';
  if (milliseconds >= HOUR_MS) return twoUnits(milliseconds, HOUR_MS, 'h', MINUTE_MS, 'min');
  if (milliseconds >= 10 * MINUTE_MS) return twoUnits(milliseconds, MINUTE_MS, 'min', SECOND_MS, 's');
  if (milliseconds >= 10 * SECOND_MS) return `${(milliseconds / SECOND_MS).toFixed(1)} s`;
  if (milliseconds >= SECOND_MS) return `${(milliseconds / SECOND_MS).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds >= 10 ? 0 : 1)} ms`;
}

/** 0.125 → "13 %", 0.004 → "0.4 %". */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent.toFixed(percent > 0 && percent < 1 ? 1 : 0)} %`;
}

function twoUnits(milliseconds: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rounded = Math.round(milliseconds / smallMs) * smallMs;
  const rest = Math.round((rounded % bigMs) / smallMs);
  return `${Math.floor(rounded / bigMs)} ${big} ${String(rest).padStart(2, '0')} ${small}`;
}
