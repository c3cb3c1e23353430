import { bootstrap, type Estimate, median, proportion, quantile, type Random } from '../../statistics.js';
import type { BoundResult } from '../bounds.js';
import type { HoldName, HoldRun } from './hold.js';

const HELD_MS: Partial<Record<HoldName, number>> = { steady: 60_000, idle: 30_000 };

const RELEASE_MS = 100;
const MOMENT_MS = 150;

/** What is expected of holds, over all runs that were made. */
export function holdBounds(runs: Readonly<Record<HoldName, readonly HoldRun[]>>, random: Random): BoundResult[] {
  const longest = (values: readonly number[]) => quantile(values, 1);
  const estimate = (values: readonly number[], statistic: (values: readonly number[]) => number) =>
    values.length === 0 ? undefined : bootstrap(values, statistic, { random });
  const releases = known(runs.idle.map(({ releaseToStopMs }) => releaseToStopMs));
  const misses = known(runs.idle.map(({ offMomentMs }) => offMomentMs)).map(Math.abs);
  return [
    ...(['steady', 'idle'] as const).map((name) =>
      bound(
        `hold ${name} not held for ${(HELD_MS[name] ?? 0) / 1000} s`,
        0,
        share(runs[name], ({ hold, heldMs }) => hold !== 'held' || heldMs < (HELD_MS[name] ?? 0)),
      ),
    ),
    bound('hold idle release to stop ms', RELEASE_MS, estimate(releases, median)),
    bound('hold idle longest release to stop ms', RELEASE_MS, estimate(releases, longest)),
    bound('hold idle furthest from the moment ms', MOMENT_MS, estimate(misses, longest)),
    bound(
      'hold silent broken unsaid',
      0,
      share(runs.silent, ({ hold, warnings }) => hold !== 'broken' || !warnings.includes('hold-broken')),
    ),
  ];
}

function bound(name: string, limit: number, found: Estimate | undefined): BoundResult {
  const { value, low, high } = found ?? { value: undefined, low: undefined, high: undefined };
  return { name, rule: 'at most', bound: limit, value, low, high, met: value !== undefined && value <= limit };
}

function share(runs: readonly HoldRun[], isSo: (run: HoldRun) => boolean): Estimate | undefined {
  return runs.length === 0 ? undefined : proportion(runs.filter(isSo).length, runs.length);
}

function known(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}
