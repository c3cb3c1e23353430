/**
 * Chooses the samples that a chart needs to look the same as with all of them: of each bin of time the first and the last one, and of each column the
 * least and the greatest value, so that no spike is smoothed away. What is shown are true samples, none is made up. Pure.
 *
 * @param atMs - when each sample was taken, ascending
 * @param columns - the values of the series, each as long as `atMs`; NaN where there is none
 * @param bins - how many bins; a chart needs no more than it has pixels
 * @returns the positions of the chosen samples, ascending: all of them where they are few
 */
export function envelope(atMs: ArrayLike<number>, columns: readonly ArrayLike<number>[], bins: number): number[] {
  const { length } = atMs;
  if (length <= bins * 2) return Array.from({ length }, (_, index) => index);
  const fromMs = atMs[0] ?? 0;
  const binMs = ((atMs[length - 1] ?? 0) - fromMs) / bins;
  const chosen: number[] = [];
  let start = 0;
  for (let bin = 0; start < length; bin += 1) {
    const untilMs = bin + 1 >= bins ? Number.POSITIVE_INFINITY : fromMs + (bin + 1) * binMs;
    let end = start;
    while (end < length && (atMs[end] ?? 0) < untilMs) end += 1;
    if (end > start) chosen.push(...extremes(columns, start, end));
    start = end;
  }
  return chosen;
}

function extremes(columns: readonly ArrayLike<number>[], start: number, end: number): number[] {
  const kept = new Set([start, end - 1]);
  for (const column of columns) {
    let [least, greatest] = [-1, -1];
    for (let index = start; index < end; index += 1) {
      const value = column[index] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      if (least < 0 || value < (column[least] ?? 0)) least = index;
      if (greatest < 0 || value > (column[greatest] ?? 0)) greatest = index;
    }
    if (least >= 0) kept.add(least).add(greatest);
  }
  return [...kept].sort((a, b) => a - b);
}
