import { formatMs } from '../../../lib/cli/format.js';
import { boundsText } from '../report.js';
import type { HoldPerformance, HoldRun } from './hold.js';

export function holdText({ bounds }: HoldPerformance): string {
  return ['\nhold: the switchover held, and released\n', boundsText(bounds)].join('\n');
}

/** A run in a line, while it goes on. */
export function holdLine({ hold, heldMs, outcome, releaseToStopMs, offMomentMs, pauseMs, warnings }: HoldRun): string {
  const parts = [
    ['release to stop', releaseToStopMs],
    ['after the moment', offMomentMs],
    ['pause', pauseMs],
  ] as const;
  return [
    `${hold} for ${formatMs(heldMs)}, ${outcome}`,
    ...parts.flatMap(([what, value]) => (value === undefined ? [] : [`${what} ${formatMs(value)}`])),
    ...warnings,
  ].join(', ');
}
