import { formatMs } from '../../../lib/cli/format.js';
import type { BoundResult } from '../bounds.js';
import { boundsText } from '../report.js';
import { type CostPerformance, type CostRound, machineShare, shareOfCore } from './cost.js';
import type { Reading } from './meter.js';

export function costText({ rounds, failures }: CostPerformance, bounds: readonly BoundResult[]): string {
  const { loopDelayP99Ms, statBesideIdle } = machineShare(rounds);
  return [
    '\ncost: eight migrations at once in one process\n',
    boundsText(bounds),
    `\nWhile virsh made the same migrations, a process that did nothing had an event-loop delay p99 of ${formatMs(loopDelayP99Ms)}`,
    `and an fs.stat p99 of ${statBesideIdle.toFixed(2)} times idle: so much is the machine's.`,
    ...failures.map((failure) => `failed: ${failure}`),
  ].join('\n');
}

export function roundLine(round: CostRound): string {
  const { idle, engine, virsh } = round;
  const share = `${(shareOfCore(round) * 100).toFixed(2)} % of a core each`;
  return [`idle ${felt(idle)}`, `engine ${share}, ${felt(engine)}`, `virsh ${felt(virsh)}`].join(' · ');
}

function felt({ elapsedMs, loopDelayP99Ms, statP99Ms }: Reading): string {
  return `loop ${formatMs(loopDelayP99Ms)}, stat ${formatMs(statP99Ms)} in ${formatMs(elapsedMs)}`;
}
