import { envelope } from '../envelope.js';
import type { ChartMark, ChartSeries, ChartSpan, ChartSpec } from '../page/chart-spec.js';
import type { Run } from '../run.js';
import type { SampleColumn } from '../samples.js';
import { switchoverOf } from '../switchover.js';

/** As many as a wide screen has pixels for a chart. */
export const BINS = 900;

/** More passes or decisions than that cannot be told apart in a chart: the tables have them. */
const MOST_SPANS = 80;
const MOST_MARKS = 60;

/** What all charts of one run share. */
export type Frame = Pick<ChartSpec, 'x' | 'xQuantity' | 'xRange' | 'spans' | 'group'>;

export type SeriesPlan = Omit<ChartSeries, 'values'> & { readonly column: SampleColumn };

/**
 * A chart's time axis and the series of some columns of the samples, thinned to what can be seen.
 *
 * @param axis - where the axis begins and ends: of several runs side by side, the same for all
 */
export function framed(
  run: Run,
  plans: readonly SeriesPlan[],
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): Frame & Pick<ChartSpec, 'series'> {
  const { samples } = run;
  const chosen = envelope(
    samples.atMs,
    plans.map(({ column }) => samples[column]),
    BINS,
  );
  return {
    x: chosen.map((index) => rounded(samples.atMs[index] ?? 0)),
    xQuantity: 'milliseconds',
    xRange: [fromMs, untilMs],
    spans: [...passSpans(run), ...pauseSpans(run)],
    group: run.name,
    series: plans.map(({ column, ...rest }) => ({
      ...rest,
      values: chosen.map((index) => {
        const value = samples[column][index] ?? Number.NaN;
        return Number.isNaN(value) ? null : column === 'cpuShare' ? value : rounded(value);
      }),
    })),
  };
}

/** A tenth is finer than anything that can be seen, and page and script stay small. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

export function passSpans(run: Run): ChartSpan[] {
  const { passes } = run;
  if (passes.length > MOST_SPANS) return [];
  const endMs = switchoverOf(run)?.stoppedAtMs ?? run.lastMs;
  return passes.map(({ pass, atMs }, index) => ({
    from: atMs,
    to: passes[index + 1]?.atMs ?? Math.max(endMs, atMs),
    label: `pass ${pass}`,
    shade: index % 2 === 0 ? 'none' : 'faint',
  }));
}

export function pauseSpans(run: Run): ChartSpan[] {
  const { stoppedAtMs, resumedAtMs, fetchedAtMs } = switchoverOf(run) ?? {};
  if (stoppedAtMs === undefined || resumedAtMs === undefined) return [];
  const pause: ChartSpan = { from: stoppedAtMs, to: resumedAtMs, label: 'pause', shade: 'strong' };
  if (fetchedAtMs === undefined) return [pause];
  return [pause, { from: resumedAtMs, to: fetchedAtMs, label: 'post-copy', shade: 'faint' }];
}

/** What a chart leaves out; nothing where it shows all. */
export function leftOutWords({ passes, decisions }: Run): string {
  const words = [
    passes.length > MOST_SPANS ? [`its ${passes.length} passes`] : [],
    decisions.length > MOST_MARKS ? [`its ${decisions.length} decisions`] : [],
  ].flat();
  return words.length === 0 ? '' : ` Not marked, being too many: ${words.join(' and ')}.`;
}

/** The decisions, numbered as in the table of them. */
export function decisionMarks({ decisions }: Run): ChartMark[] {
  if (decisions.length > MOST_MARKS) return [];
  return decisions.map(({ atMs }, index) => ({ x: atMs, label: `${index + 1}`, colour: 'purple' }));
}

/** The greatest value in a column of all runs; 0 of none. */
export function greatest(runs: readonly Run[], column: SampleColumn): number {
  return runs.reduce((most, { samples }) => samples[column].reduce((so, value) => (value > so ? value : so), most), 0);
}

/** A range from 0 with some air above for the labels of passes, the same for all runs. */
export function fromZero(most: number): [number, number] {
  return [0, most > 0 ? most * 1.15 : 1];
}
