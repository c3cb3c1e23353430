import type { Conductor } from './conductor.js';
import type { Sides } from './connect.js';
import { learnFrom } from './history.js';

/** What a completed move taught about the link and the cost of a stop, for the next one between these hosts. */
export function learnFromRun(
  sides: Sides | undefined,
  conductor: Conductor | undefined,
  pauseMs: number | undefined,
): void {
  const { steering, actuators } = conductor ?? {};
  const linkBytesPerSecond = steering?.linkBytesPerSecond;
  if (sides === undefined || pauseMs === undefined || actuators === undefined || !linkBytesPerSecond) return;
  const mostBytes = (linkBytesPerSecond / 1000) * actuators.limits.downtimeLimitMs;
  const lastBytes = Math.min(steering?.passes.dirtyBytes ?? 0, mostBytes);
  const { source, destination } = sides;
  learnFrom(source.identity.hostUuid, destination.identity.hostUuid, { pauseMs, lastBytes, linkBytesPerSecond });
}
