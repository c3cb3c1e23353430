import { envelope } from '../envelope.js';
import type { ChartSpec } from '../page/chart-spec.js';
import type { Run } from '../run.js';
import { switchoverOf } from '../switchover.js';
import { type WorkStep, workSteps } from '../work-steps.js';
import { BINS, fromZero, passSpans, pauseSpans, rounded } from './frame.js';

/** Steps of work are at least so long, over the whole run and around the pause, in milliseconds: beats do not come evenly enough for less. */
const STEP_MS = 100;
const FINE_STEP_MS = 10;
/** What is shown around the blackout, in milliseconds. */
const AROUND_MS = 250;

const LABEL = 'pages of work per second';

/** The guest's work over the whole run, in the steps that charts show. */
export function workOf(run: Run): WorkStep[] {
  return workSteps(run.observations, STEP_MS, switchoverOf(run)?.blackout);
}

/** The guest's work as an observer outside saw it, from before the start until after the end; undefined where nobody looked. */
export function guestWorkChart(
  run: Run,
  shared: { untilMs: number; mostPagesPerSecond: number },
): ChartSpec | undefined {
  const steps = workOf(run);
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined || !saysWork(steps)) return undefined;
  const rates = Float64Array.from(steps, ({ pagesPerSecond }) => pagesPerSecond);
  const chosen = envelope(
    steps.map(({ fromMs }) => fromMs),
    [rates],
    BINS,
  ).flatMap((index) => steps[index] ?? []);
  return {
    title: "The guest's work, seen from outside",
    description:
      "Pages of work per second, as the guest's own heartbeats tell an observer outside of both hosts: before the start, in the passes, and after the pause.",
    ...drawn(chosen, 0),
    xRange: [Math.min(first.fromMs, 0), Math.max(shared.untilMs, last.toMs)],
    yRange: fromZero(shared.mostPagesPerSecond),
    spans: [...passSpans(run), ...pauseSpans(run)],
    group: run.name,
  };
}

/** The same around the pause; undefined where nobody looked, or the guest did not stop. */
export function blackoutChart(run: Run): ChartSpec | undefined {
  const { stoppedAtMs, resumedAtMs, blackout } = switchoverOf(run) ?? {};
  if (stoppedAtMs === undefined || resumedAtMs === undefined) return undefined;
  const fromMs = Math.min(stoppedAtMs, blackout?.fromMs ?? stoppedAtMs) - AROUND_MS;
  const toMs = Math.max(resumedAtMs, blackout?.toMs ?? resumedAtMs) + AROUND_MS;
  const steps = workSteps(run.observations, FINE_STEP_MS, blackout, [fromMs, toMs]);
  if (!saysWork(steps)) return undefined;
  const most = Math.max(
    ...steps.flatMap(({ pagesPerSecond }) => (Number.isNaN(pagesPerSecond) ? [] : [pagesPerSecond])),
    0,
  );
  const shifted = (atMs: number) => rounded(atMs - stoppedAtMs);
  return {
    title: "The guest's work around the pause, seen from outside",
    description:
      'Pages of work per second, and the time in which nothing was heard of the guest. Time counts from the stop.',
    ...drawn(steps, stoppedAtMs),
    xRange: [shifted(fromMs), shifted(toMs)],
    yRange: fromZero(most),
    spans:
      blackout === undefined
        ? []
        : [{ from: shifted(blackout.fromMs), to: shifted(blackout.toMs), label: 'blackout', shade: 'strong' }],
    marks: [
      { x: 0, label: 'stop', colour: 'purple' },
      { x: shifted(resumedAtMs), label: 'runs again', colour: 'purple' },
    ],
    group: `${run.name}, outside`,
  };
}

/** Whether the guest says how much it works. */
function saysWork(steps: readonly WorkStep[]): boolean {
  return steps.some(({ pagesPerSecond }) => !Number.isNaN(pagesPerSecond));
}

/** Steps as a line that holds each value until the next. */
function drawn(
  steps: readonly WorkStep[],
  zeroMs: number,
): Pick<ChartSpec, 'x' | 'xQuantity' | 'yQuantity' | 'series' | 'marks' | 'levels'> {
  const last = steps.at(-1);
  const ends = last === undefined ? [] : [{ ...last, fromMs: last.toMs }];
  const points = [...steps, ...ends];
  return {
    x: points.map(({ fromMs }) => rounded(fromMs - zeroMs)),
    ...{ xQuantity: 'milliseconds', yQuantity: 'count', marks: [], levels: [] },
    series: [
      {
        ...{ label: LABEL, colour: 'green', draw: 'step' },
        values: points.map(({ pagesPerSecond }) => (Number.isNaN(pagesPerSecond) ? null : Math.round(pagesPerSecond))),
      },
    ],
  };
}
