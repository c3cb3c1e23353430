/** A logarithmic axis. */
export interface Scale {
  /** Where a value is on it, 0..1; what is below it stands at its edge. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

const STEPS = [1, 2, 5];

/** So many ticks have room, also on a phone. */
const MOST_TICKS = 6;

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
  const fine = all.flatMap((decade) => STEPS.map((step) => step * decade));
  const within = (ticks: readonly number[]) => ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  const ticks = within(fine);
  return ticks.length <= MOST_TICKS ? ticks : within(all);
}

function roundDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * Math.max(...STEPS.filter((step) => step * decade <= value * 1.0001));
}

function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * Math.min(...[...STEPS, 10].filter((step) => step * decade >= value * 0.9999));
}
