import { formatBytes, formatMs, formatShare } from '../../format.js';
import type { ChartSpec, Quantity } from '../page/chart-spec.js';
import type { Table } from '../page/table.js';

const ROWS = 24;

const WRITERS: Readonly<Record<Quantity, (value: number) => string>> = {
  milliseconds: formatMs,
  bytes: formatBytes,
  bytesPerSecond: (value) => `${formatBytes(value)}/s`,
  share: formatShare,
  count: String,
};

/** A chart's figures in a few rows: of each stretch of time the least and the greatest value of each series. */
export function figuresTable({ title, x, xQuantity, yQuantity, series }: ChartSpec): Table {
  const stretch = Math.max(1, Math.ceil(x.length / ROWS));
  const starts = x.flatMap((_, index) => (index % stretch === 0 ? [index] : []));
  return {
    caption: `${title}: least and greatest value from each moment on`,
    header: ['from', ...series.map(({ label }) => label)],
    rows: starts.map((start) => [
      WRITERS[xQuantity](x[start] ?? 0),
      ...series.map(({ values }) => rangeOf(values.slice(start, start + stretch), WRITERS[yQuantity])),
    ]),
  };
}

function rangeOf(values: readonly (number | null)[], write: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return '–';
  const [least, greatest] = [write(Math.min(...known)), write(Math.max(...known))];
  return least === greatest ? least : `${least} … ${greatest}`;
}
