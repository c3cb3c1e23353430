import { formatBytes } from '../format.js';
import { type Action, DOWNTIME_LIMIT_MS } from '../policy/index.js';
import type { Actuators } from './actuators.js';
import type { Warning } from './result.js';

const REASON = 'whoever held the switchover is gone';

/**
 * Looks at what the process that started a job has set, and says what it would take to lift a hold that it has left: the lowest limit is
 * nobody's wish, and nobody else would bring such a stream back to speed.
 *
 * @param lifts - whether the caller wants that done; otherwise it is warned
 */
export async function takeOver(
  actuators: Actuators,
  lifts: boolean,
  warn: (warning: Warning) => void,
): Promise<readonly Action[]> {
  const { downtimeLimitMs, bandwidthBytesPerSecond } = await actuators.lookUp();
  const isHeld = downtimeLimitMs <= DOWNTIME_LIMIT_MS.minimum;
  if (lifts && isHeld) {
    const limit: Action = { kind: 'downtime-limit', limitMs: DOWNTIME_LIMIT_MS.default, reason: REASON };
    const speed: Action = { kind: 'bandwidth', bytesPerSecond: undefined, reason: REASON };
    return bandwidthBytesPerSecond === undefined ? [limit] : [limit, speed];
  }
  if (bandwidthBytesPerSecond !== undefined) {
    const ending = isHeld
      ? 'If that was a hold and its process is dead, it goes on so for ever: abort it, or call adopt() with release: true.'
      : 'That is no hold: it goes on so (virsh migrate-setspeed).';
    warn({
      code: 'bandwidth-capped',
      message: `Whoever started this migration has slowed it to ${formatBytes(bandwidthBytesPerSecond)}/s. ${ending}`,
    });
  }
  return [];
}
