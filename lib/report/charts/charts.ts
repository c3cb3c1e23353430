import { formatMs } from '../../format.js';
import { figuresOf } from '../figures.js';
import type { ChartLevel, ChartSpec } from '../page/chart-spec.js';
import type { Run } from '../run.js';
import { switchoverOf } from '../switchover.js';
import { decisionMarks, framed, fromZero, greatest, leftOutWords, type SeriesPlan } from './frame.js';
import { workOf } from './outside.js';

/** What is shown around the pause. */
const LANDING_MS = { before: 500, after: 60 } as const;

/** What the charts of several runs have in common, so that they can be compared by eye. */
export interface Shared {
  /** Where the axis of time begins: after the forecasts, where there are any, since nothing moves before. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly mostBytes: number;
  readonly mostBytesPerSecond: number;
  readonly pauseRangeMs: readonly [number, number];
  readonly mostPagesPerSecond: number;
}

export function sharedScales(runs: readonly Run[]): Shared {
  const pauses = runs.flatMap((run) => {
    const { actual, budget } = figuresOf(run).pauseMs;
    return [actual ?? 0, budget ?? 0];
  });
  const mostMs = Math.max(...pauses, greatest(runs, 'expectedPauseMs'), greatest(runs, 'downtimeLimitMs'), 1);
  return {
    fromMs: Math.min(...runs.map(({ forecast }) => forecast?.atMs ?? 0)),
    untilMs: Math.max(...runs.map(({ lastMs }) => lastMs), 1),
    mostBytes: greatest(runs, 'remainingBytes'),
    mostBytesPerSecond: Math.max(greatest(runs, 'sentBytesPerSecond'), greatest(runs, 'dirtiedBytesPerSecond')),
    pauseRangeMs: [1, 10 ** Math.ceil(Math.log10(mostMs * 1.2))],
    mostPagesPerSecond: runs
      .flatMap(workOf)
      .reduce((most, { pagesPerSecond }) => (pagesPerSecond > most ? pagesPerSecond : most), 0),
  };
}

/** What is left to send, pass by pass. */
export function remainingChart(run: Run, { mostBytes, ...axis }: Shared): ChartSpec {
  return {
    title: 'Memory left to send',
    description: `It falls while a pass sends, and jumps up where a pass ends with what the guest dirtied meanwhile. Purple numbers are decisions, listed below.${leftOutWords(run)}`,
    yQuantity: 'bytes',
    yRange: fromZero(mostBytes),
    ...framed(run, [{ label: 'left to send', colour: 'blue', draw: 'area', column: 'remainingBytes' }], axis),
    marks: decisionMarks(run),
    levels: [],
  };
}

/** The last passes, the stop and what came at once after it. */
export function landingChart(run: Run): ChartSpec | undefined {
  const { stoppedAtMs, resumedAtMs } = switchoverOf(run) ?? {};
  if (stoppedAtMs === undefined) return undefined;
  const range = [stoppedAtMs - LANDING_MS.before, (resumedAtMs ?? stoppedAtMs) + LANDING_MS.after] as const;
  const { samples } = run;
  const near = [...samples.atMs.keys()].filter((index) => {
    const atMs = samples.atMs[index] ?? 0;
    return atMs >= range[0] - LANDING_MS.before && atMs <= range[1];
  });
  const values = near.map((index) => samples.remainingBytes[index] ?? 0);
  const visible = values.filter((_, position) => (samples.atMs[near[position] ?? 0] ?? 0) >= range[0]);
  const x = near.map((index) => (samples.atMs[index] ?? 0) - stoppedAtMs);
  const shifted = (atMs: number) => atMs - stoppedAtMs;
  return {
    title: 'The last half second before the stop',
    description:
      'What was left to send, sample by sample, and the decisions that led to the stop. Time counts from the stop.',
    x,
    xQuantity: 'milliseconds',
    xRange: [shifted(range[0]), shifted(range[1])],
    yQuantity: 'bytes',
    yRange: fromZero(Math.max(0, ...visible)),
    series: [{ label: 'left to send', colour: 'blue', draw: 'area', hasPoints: true, values }],
    spans: resumedAtMs === undefined ? [] : [{ from: 0, to: shifted(resumedAtMs), label: 'pause', shade: 'strong' }],
    marks: decisionMarks(run)
      .map((mark) => ({ ...mark, x: shifted(mark.x) }))
      .filter(({ x: at }) => at >= shifted(range[0])),
    levels: [],
    group: `${run.name}, landing`,
  };
}

/** Whether the link is faster than the guest dirties. */
export function ratesChart(run: Run, { mostBytesPerSecond, ...axis }: Shared): ChartSpec {
  const plans: SeriesPlan[] = [
    { label: 'sent', colour: 'blue', draw: 'line', column: 'sentBytesPerSecond' },
    { label: 'dirtied', colour: 'orange', draw: 'line', dashed: true, column: 'dirtiedBytesPerSecond' },
  ];
  if (greatest([run], 'bandwidthBytesPerSecond') > 0)
    plans.push({ label: 'cap', colour: 'grey', draw: 'step', dashed: true, column: 'bandwidthBytesPerSecond' });
  return {
    title: 'Link speed against dirty rate',
    description:
      'As long as the guest dirties more than is sent, passes do not get shorter. Speeds are over a quarter of a second.',
    yQuantity: 'bytesPerSecond',
    yRange: fromZero(mostBytesPerSecond),
    ...framed(run, plans, axis),
    marks: [],
    levels: [],
  };
}

/** How long the guest would pause if it were stopped, against what it may. */
export function pauseChart(run: Run, { pauseRangeMs, ...axis }: Shared): ChartSpec {
  const { actual, budget } = figuresOf(run).pauseMs;
  const levels: ChartLevel[] = [];
  if (budget !== undefined) levels.push({ y: budget, label: `budget ${formatMs(budget)}`, colour: 'orange' });
  if (actual !== undefined) levels.push({ y: actual, label: `actual pause ${formatMs(actual)}`, colour: 'purple' });
  return {
    title: 'Expected pause against budget',
    description:
      'What a stop at that moment would have cost, on a scale of powers of ten, and the limit below which QEMU stops the guest.',
    yQuantity: 'milliseconds',
    yRange: pauseRangeMs,
    isLogarithmic: true,
    ...framed(
      run,
      [
        { label: 'expected', colour: 'blue', draw: 'line', column: 'expectedPauseMs' },
        { label: 'limit in force', colour: 'grey', draw: 'step', dashed: true, column: 'downtimeLimitMs' },
      ],
      axis,
    ),
    marks: [],
    levels,
  };
}

/** How much CPU time the guest was left with. */
export function workChart(run: Run, axis: Shared): ChartSpec {
  const frame = framed(run, [{ label: 'CPU time left', colour: 'green', draw: 'step', column: 'cpuShare' }], axis);
  return {
    title: "The guest's share of its CPU time",
    description:
      'What throttling left of it, nothing in the pause. Work that is lost to waiting for memory does not show here: only an observer outside sees that.',
    yQuantity: 'share',
    yRange: fromZero(1),
    ...frame,
    ...withPause(run, frame.x, frame.series[0]?.values ?? []),
    marks: [],
    levels: [],
  };
}

/** The share with the standstill in it, which falls between two samples. */
function withPause(
  run: Run,
  x: readonly number[],
  values: readonly (number | null)[],
): Pick<ChartSpec, 'x' | 'series'> {
  const switchover = switchoverOf(run);
  const points = x.map((atMs, index) => [atMs, values[index] ?? null] as const);
  const share = points.at(-1)?.[1] ?? 1;
  const { stoppedAtMs, resumedAtMs } = switchover ?? {};
  if (stoppedAtMs !== undefined) {
    const before = points.filter(([atMs]) => atMs < stoppedAtMs);
    points.splice(0, points.length, ...before, [stoppedAtMs, 0] as const);
    // The throttle ends with the source.
    if (resumedAtMs !== undefined)
      points.push([resumedAtMs, switchover?.resumedOn === 'source' ? share : 1], [run.lastMs, 1]);
  }
  return {
    x: points.map(([atMs]) => atMs),
    series: [{ label: 'CPU time left', colour: 'green', draw: 'step', values: points.map(([, value]) => value) }],
  };
}
