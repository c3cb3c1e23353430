import { formatBytes } from '../format.js';
import { type Action, DOWNTIME_LIMIT_MS } from '../policy/index.js';
import type { Actuators } from './actuators.js';
import type { Warning } from './result.js';

const REASON = 'whoever set that is gone';

/**
 * Looks at what the process that started a job has set, and says what it would take to lift that: the lowest limit is nobody's wish, and nobody
 * else would bring a stream back to speed that was slowed on purpose.
 *
 * @param lifts - whether the caller wants that done; otherwise a stream that is slowed is warned of
 */
export async function takeOver(
  actuators: Actuators,
  lifts: boolean,
  warn: (warning: Warning) => void,
): Promise<readonly Action[]> {
  const { downtimeLimitMs, bandwidthBytesPerSecond } = await actuators.lookUp();
  const isLowest = downtimeLimitMs <= DOWNTIME_LIMIT_MS.minimum;
  const isSlowed = bandwidthBytesPerSecond !== undefined;
  if (lifts) {
    const limit: Action = { kind: 'downtime-limit', limitMs: DOWNTIME_LIMIT_MS.default, reason: REASON };
    const speed: Action = { kind: 'bandwidth', bytesPerSecond: undefined, reason: REASON };
    return [...(isLowest ? [limit] : []), ...(isSlowed ? [speed] : [])];
  }
  if (isSlowed) {
    warn({
      code: 'bandwidth-capped',
      message: `This migration was slowed to ${formatBytes(bandwidthBytesPerSecond)}/s. If whoever did that is dead, it goes on so for ever: abort it, or call adopt() with release: true.`,
    });
  }
  return [];
}
