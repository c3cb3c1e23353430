import type { ScenarioSummary, StrategySummary } from '../summary.js';
import { isChoice } from '../verdict.js';

/** A strategy as it stands on the page: the same letter and colour wherever it is shown. */
export interface Actor {
  readonly letter: string;
  /** A class of the stylesheet: whose strategy it is. */
  readonly family: 'ours' | 'virsh' | 'peer' | 'floor';
  readonly strategy: StrategySummary;
}

/** The strategies of a scenario, least pause first; who completed nothing comes last. Pure. */
export function actorsOf({ strategies }: ScenarioSummary): Actor[] {
  const pause = ({ figures }: StrategySummary) => figures.pauseMs?.median ?? Number.POSITIVE_INFINITY;
  return strategies
    .filter(({ role }) => role !== 'null')
    .sort((one, other) => pause(one) - pause(other))
    .map((strategy, index) => ({ letter: String.fromCharCode(65 + index), family: familyOf(strategy), strategy }));
}

/** Whose a strategy is. */
export function familyOf({ role, side }: StrategySummary): Actor['family'] {
  if (!isChoice(role)) return 'floor';
  if (side.startsWith('precopy')) return 'ours';
  return side.startsWith('virsh') ? 'virsh' : 'peer';
}
