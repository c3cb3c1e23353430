import { formatMs } from '../../../lib/cli/format.js';
import type { BoundResult } from '../bounds.js';
import { boundsText } from '../report.js';
import { type CostPerformance, type CostRound, machineLoopDelayMs, shareOfCore, statTimesRest } from './cost.js';
import type { Reading } from './meter.js';

export function costText({ rounds, failures }: CostPerformance, bounds: readonly BoundResult[]): string {
  const times = (of: Parameters<typeof statTimesRest>[1]) => `${statTimesRest(rounds, of).toFixed(2)} times`;
  return [
    '\ncost: eight migrations at once in one process\n',
    boundsText(bounds),
    `\nThe fs.stat p99 of the process that made them was ${times('engine')} that of the machine at rest; of another one, that did`,
    `nothing meanwhile, ${times('beside')}; and of one that did nothing while virsh made the same migrations, ${times('virsh')},`,
    `with an event-loop delay p99 of ${formatMs(machineLoopDelayMs(rounds))}: so much is the machine's.`,
    ...failures.map((failure) => `failed: ${failure}`),
  ].join('\n');
}

export function roundLine(round: CostRound): string {
  const { idle, engine, beside, virsh } = round;
  const share = `${(shareOfCore(round) * 100).toFixed(2)} % of a core each`;
  return [
    ...[`idle ${felt(idle)}`, `engine ${share}, ${felt(engine)}`],
    ...[`beside it ${felt(beside)}`, `virsh ${felt(virsh)}`],
  ].join(' · ');
}

function felt({ elapsedMs, loopDelayP99Ms, statP99Ms }: Reading): string {
  return `loop ${formatMs(loopDelayP99Ms)}, stat ${formatMs(statP99Ms)} in ${formatMs(elapsedMs)}`;
}
