import type { Forecast, VerdictKind } from './forecast/index.js';
import { formatShare } from './format.js';

/** The verdict in a few words. */
export function verdictInWords({
  verdict,
  throttle,
  remedy,
}: Pick<Forecast, 'verdict' | 'throttle' | 'remedy'>): string {
  const words: Record<VerdictKind, string> = {
    converges: 'converges',
    'converges-throttled': `converges with ${formatShare(throttle ?? 0)} of the CPU time taken`,
    'only-post-copy': 'only with post-copy',
    'not-within-budget': `not within budget${remedy === undefined ? '' : `; it would be with ${remedy}`}`,
  };
  return words[verdict];
}
