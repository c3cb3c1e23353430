import type { Forecast, Interval, Known, Origin, VerdictKind } from '../forecast/index.js';
import { formatBytes, formatMs } from './format.js';

const ORIGINS: Readonly<Record<Origin, string>> = {
  given: 'as was said',
  learnt: 'as the last move between these hosts showed',
  probed: 'as a probe showed',
  measured: 'measured',
  assumed: 'assumed, since nothing is known',
};

/** The verdict in a few words. */
export function verdictInWords({
  verdict,
  throttle,
  remedy,
}: Pick<Forecast, 'verdict' | 'throttle' | 'remedy'>): string {
  const words: Record<VerdictKind, string> = {
    converges: 'converges',
    'converges-throttled': `converges with ${formatPercent(throttle ?? 0)} of the CPU time taken`,
    'only-post-copy': 'only with post-copy',
    'not-within-budget': `not within budget${remedy === undefined ? '' : `; it would be with ${remedy}`}`,
  };
  return words[verdict];
}

/** Why a forecast is as it is, in sentences: what is known and from where, and what follows. Pure. */
export function explainForecast(forecast: Forecast): string[] {
  const { inputs, confidence } = forecast;
  const { used, link, dirtyRate, set, memoryBytes, fixedPause, overhead } = inputs;
  const firstPassMs = (used.value / link.value) * 1000;
  return [
    `Of ${formatBytes(memoryBytes)} of memory ${formatBytes(used.value)} are not zero (${known(used)}); the link carries ${formatBytes(link.value)}/s (${known(link)}), so the first pass takes ${formatMs(firstPassMs)}.`,
    `The guest writes ${formatBytes(dirtyRate.value)}/s (${known(dirtyRate)}) to a set of ${formatBytes(set.value)} (${known(set)})${inputs.workload.segments.length > 1 ? ', in bursts' : ''}${inputs.workload.followsCpu ? ', and computes all the time, so that a throttle slows that down' : ''}.`,
    course(forecast, firstPassMs),
    `A stop costs ${formatMs(fixedPause.value)} besides what is left to send (${known(fixedPause)}), and all that comes before and after the passes ${formatMs(overhead.value)} (${known(overhead)}).`,
    `With the policy ${forecast.policy}: ${verdictInWords(forecast)}; ${Math.round(confidence * 100)} of 100 simulated runs say the same.`,
  ];
}

/** What the rates alone lead to. */
function course({ inputs }: Forecast, firstPassMs: number): string {
  const { link, dirtyRate, set } = inputs;
  const dirtiedBytes = Math.min((dirtyRate.value * firstPassMs) / 1000, set.value);
  const ratio = dirtyRate.value / link.value;
  const meanwhile = `In that time ${formatBytes(dirtiedBytes)} become dirty again`;
  if (ratio < 1) return `${meanwhile}; each further pass is ${formatPercent(ratio)} of the one before.`;
  return `${meanwhile}, and the guest writes ${ratio.toFixed(1)} times what the link carries: the passes do not get shorter.`;
}

const known = ({ from, deviation }: Known): string => `${ORIGINS[from]}, ±${formatPercent(Math.min(deviation, 9.99))}`;

/** An interval as a person reads it. */
export function intervalInWords({ low, expected, high }: Interval, format: (value: number) => string): string {
  return `${format(expected)} (${format(low)} to ${format(high)})`;
}

function formatPercent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
