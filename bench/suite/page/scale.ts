/** A logarithmic axis. */
export interface Scale {
  /** Where a value is on it, 0..1; what is below it stands at its edge. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Where an axis may begin and end, in each decade. */
const STEPS = [1, 2, 5];

/** Which ticks there may be in each decade, the finest first. */
const TICKS = [STEPS, [1, 3], [1]];

/** So many ticks have room, also on a phone. */
const MOST_TICKS = 5;

/** An axis that holds all values above 0, from one round number to another. Pure. */
export function scaleOf(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0);
  const low = roundDown(Math.min(...positive, Number.MAX_VALUE));
  const high = Math.max(roundUp(Math.max(...positive, Number.MIN_VALUE)), low * 10);
  if (positive.length === 0) return { at: () => 0, ticks: [] };
  const span = Math.log(high / low);
  return {
    at: (value) => Math.min(1, Math.max(0, Math.log(Math.max(value, low) / low) / span)),
    ticks: ticksOf(low, high),
  };
}

function ticksOf(low: number, high: number): number[] {
  const decades = Math.ceil(Math.log10(high / low)) + 1;
  const first = Math.floor(Math.log10(low));
  const all = Array.from({ length: decades + 1 }, (_, index) => 10 ** (first + index));
  const choices = TICKS.map((steps) =>
    all
      .flatMap((decade) => steps.map((step) => step * decade))
      .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001),
  );
  return choices.find((ticks) => ticks.length <= MOST_TICKS) ?? choices.at(-1) ?? [];
}

function roundDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * Math.max(...STEPS.filter((step) => step * decade <= value * 1.0001));
}

function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * Math.min(...[...STEPS, 10].filter((step) => step * decade >= value * 0.9999));
}
