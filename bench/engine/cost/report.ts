import { formatMs } from '../../../lib/cli/format.js';
import type { BoundResult } from '../bounds.js';
import { boundsText } from '../report.js';
import { type CostPerformance, type CostRound, machineShare, shareOfCore } from './cost.js';
import type { Reading } from './meter.js';

export function costText({ rounds, failures }: CostPerformance, bounds: readonly BoundResult[]): string {
  const { loopDelayP99Ms, statBesideRest } = machineShare(rounds);
  const times = (value: number) => `${value.toFixed(2)} times`;
  return [
    '\ncost: eight migrations at once in one process\n',
    boundsText(bounds),
    `\nBeside the machine at rest the fs.stat p99 was ${times(statBesideRest.engine)} as long in the process that made the migrations,`,
    `${times(statBesideRest.beside)} in another one that did nothing meanwhile, and ${times(statBesideRest.virsh)} in one that did nothing while`,
    `virsh made them, with an event-loop delay p99 of ${formatMs(loopDelayP99Ms)}: so much is the machine's.`,
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
