import { InvalidArgumentError } from 'commander';

const BITS_PER_SECOND: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, Mbit: 1e6, Gbit: 1e9 };
const BYTES: Readonly<Record<string, number>> = {
  ...{ B: 1, kB: 1e3, MB: 1e6, GB: 1e9 },
  ...{ KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 },
};

/** A number with a unit, for commander: `1Gbit`, `2.5Gbit`. */
export const bitsPerSecond = quantity(BITS_PER_SECOND, '1Gbit');

/** `512MiB`, `50MB`. */
export const bytes = quantity(BYTES, '512MiB');

function quantity(units: Readonly<Record<string, number>>, example: string): (text: string) => number {
  return (text) => {
    const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? [];
    const factor = units[unit];
    if (factor === undefined)
      throw new InvalidArgumentError(
        `It must be a number with a unit (${Object.keys(units).join(', ')}), as in ${example}.`,
      );
    return Number(number) * factor;
  };
}

export function milliseconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It must be a number of milliseconds.');
  return Number(text);
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
