import { InvalidArgumentError } from 'commander';
import { LONGEST_WAIT_MS } from '../validation.js';

const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const BYTES: Readonly<Record<string, number>> = {
  ...{ B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 },
};

const BITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, Mbit: 1e6, Gbit: 1e9, Tbit: 1e12 };

const BITS_PER_SECOND: Readonly<Record<string, number>> = {
  ...BITS,
  ...Object.fromEntries(Object.entries(BYTES).map(([unit, bytes]) => [unit, bytes * 8])),
};

/*
 * Parsers for commander, which puts the flag and the value before what they say. A unit is always demanded: a bare number is
 * milliseconds to one reader and seconds to the next.
 */

/** `50ms`, `1.5s`, `2m`, `1h` → milliseconds. */
export const milliseconds = quantity(DURATION_MS, '50ms or 2m');

/** `256MiB`, `1GB` → bytes; decimal and binary units are what they say. */
export const bytes = quantity(BYTES, '256MiB or 1GB', { whole: true });

/** `50MB/s`, `1Gbit/s` → bytes per second; `/s` may be left out. */
export const bytesPerSecond = (text: string): number => bitsPerSecond(text) / 8;

/** `1Gbit/s`, `50MB/s` → bits per second; `/s` may be left out. */
export const bitsPerSecond = quantity(BITS_PER_SECOND, '50MB/s or 1Gbit/s', { suffix: '/s' });

/** `30%` → 0.3; from 0% to 100%. */
export function fraction(text: string): number {
  const [, number = ''] = /^(\d+(?:\.\d+)?) ?%$/.exec(text) ?? [];
  const percent = Number(number);
  if (number === '' || percent > 100) throw new InvalidArgumentError('It must be from 0% to 100%, as in 30%.');
  return percent / 100;
}

/** The same quantity, of at least one of its smallest unit. */
export function positive(parse: (text: string) => number, least: string): (text: string) => number {
  return (text) => {
    const value = parse(text);
    if (value < parse(least)) throw new InvalidArgumentError(`It must be at least ${least}.`);
    return value;
  };
}

/** One or more names, separated by commas: `vda,vdb`. */
export function namesOf(text: string): string[] {
  const names = text.split(',');
  if (names.every((name) => name.trim() === name && name !== '')) return names;
  throw new InvalidArgumentError('It must be names separated by commas, as in vda,vdb.');
}

/** A count, of at least `minimum`. */
export function wholeNumber(minimum = 1): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < minimum)
      throw new InvalidArgumentError(`It must be a whole number of at least ${minimum}.`);
    return number;
  };
}

/** One of these words, several of them separated by commas: `throttle,post-copy`. */
export function wordsOf<Word extends string>(allowed: readonly Word[]): (text: string) => Word[] {
  const known = (word: string): word is Word => allowed.some((one) => one === word);
  return (text) => {
    const words = text.split(',');
    if (words.every(known) && new Set(words).size === words.length) return words;
    throw new InvalidArgumentError(`It must be some of ${allowed.join(', ')}, separated by commas, each at most once.`);
  };
}

/**
 * `+90s`, `23:15`, `23:15:30` (the next time it is that late here), or a date and time as in ISO 8601 → that moment.
 *
 * @param now - from when on `+90s` and `23:15` count
 */
export function moment(text: string, now = new Date()): Date {
  const date = text.startsWith('+')
    ? new Date(now.getTime() + milliseconds(text.slice(1)))
    : /^\d{2}:\d{2}(:\d{2})?$/.test(text)
      ? nextAt(text, now)
      : new Date(ISO_MOMENT.test(text) ? text : Number.NaN);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('It must be a moment, as in 23:15, +90s or 2027-01-31T23:15:00Z.');
  if (date <= now) throw new InvalidArgumentError('It must be in the future.');
  if (date.getTime() - now.getTime() > LONGEST_WAIT_MS) throw new InvalidArgumentError('It must be within 24 days.');
  return date;
}

const ISO_MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

function nextAt(clock: string, now: Date): Date {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  const date = new Date(now);
  if (hours > 23 || minutes > 59 || seconds > 59) return new Date(Number.NaN);
  date.setHours(hours, minutes, seconds, 0);
  if (date <= now) date.setDate(date.getDate() + 1);
  return date;
}

function quantity(
  units: Readonly<Record<string, number>>,
  example: string,
  { suffix = '', whole = false } = {},
): (text: string) => number {
  return (text) => {
    const trimmed = suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
    const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(trimmed) ?? [];
    const value = Number(number) * ((Object.hasOwn(units, unit) && units[unit]) || Number.NaN);
    if (Number.isNaN(value) || value > Number.MAX_SAFE_INTEGER)
      throw new InvalidArgumentError(
        `It must be a number with a unit (${Object.keys(units).join(', ')}), as in ${example}.`,
      );
    return whole ? Math.round(value) : value;
  };
}
