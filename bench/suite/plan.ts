import { InvalidArgumentError } from '../../lib/errors.js';
import { interleave } from '../engine/interleave.js';
import type { Strategy } from '../engine/strategy.js';
import { seededRandom } from '../statistics.js';
import type { SuiteScenario } from './scenario.js';
import { ALL, FULL, QUICK } from './scenarios.js';
import { STRATEGIES, type StrategyName } from './strategies.js';

export const MODES = ['quick', 'full'] as const;
export type Mode = (typeof MODES)[number];

/** What is measured; plain data, from which the same runs in the same order follow every time. */
export interface Plan {
  readonly mode: Mode;
  readonly seed: number;
  /** Names of scenarios; none where a user's own guest is moved. */
  readonly scenarios: readonly string[];
  /** A user's own guest and hosts, instead of the lab. */
  readonly own?: OwnHosts;
  /** Beside each scenario's reference, instead of its own strategies. */
  readonly against?: readonly StrategyName[];
  /** Instead of each scenario's own number. */
  readonly rounds?: number;
}

/** A user's guest and the two hosts that it is moved between, to and fro. */
export interface OwnHosts {
  readonly domain: string;
  readonly source: OwnHost;
  readonly destination: OwnHost;
}

export interface OwnHost {
  readonly uri: string;
  /** The daemon's socket, where it is not the usual one. */
  readonly socketPath?: string;
  /** The host's URI as the other host's daemon reaches it, where that differs. */
  readonly peerUri?: string;
}

/** The reference beside itself. */
export const NULL_SIDE = 'null';

/** Who is measured in a scenario: its strategies, and the reference once more. */
export type Side = StrategyName | typeof NULL_SIDE;

/** A scenario as a plan has it measured. */
export interface PlannedScenario {
  readonly scenario: SuiteScenario;
  /** Who is measured in each round, in this order. */
  readonly rounds: readonly (readonly Side[])[];
}

/** The names of a mode's scenarios. */
export function scenariosOf(mode: Mode): string[] {
  return (mode === 'quick' ? QUICK : FULL).map(({ name }) => name);
}

/** @throws InvalidArgumentError for a scenario that there is not, as in a file of another version */
export function unfold(plan: Plan): PlannedScenario[] {
  const random = seededRandom(plan.seed);
  const chosen = plan.own === undefined ? plan.scenarios.map(scenarioByName) : [ownScenario(plan.own, plan.mode)];
  return chosen.map((found) => {
    const scenario = plan.against === undefined ? found : against(found, plan.against);
    return { scenario, rounds: interleave(sidesOf(scenario), plan.rounds ?? scenario.rounds, random) };
  });
}

export function sidesOf({ strategies, hasNull }: SuiteScenario): Side[] {
  return hasNull ? [...strategies, NULL_SIDE] : [...strategies];
}

/** How a side moves its guest. */
export function strategyOf(scenario: SuiteScenario, side: Side): Strategy {
  return STRATEGIES[side === NULL_SIDE ? scenario.strategies[0] : side].make(scenario);
}

/** What a side is called on a page. */
export function titleOf(scenario: Pick<SuiteScenario, 'strategies'>, side: Side): string {
  return side === NULL_SIDE ? `${STRATEGIES[scenario.strategies[0]].title} (again)` : STRATEGIES[side].title;
}

function scenarioByName(name: string): SuiteScenario {
  const found = ALL.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('scenario', name, ALL.map((scenario) => scenario.name).join(' or '));
}

function ownScenario({ domain, source, destination }: OwnHosts, mode: Mode): SuiteScenario {
  return {
    name: domain,
    about: `Your guest ${domain}, between ${source.uri} and ${destination.uri}.`,
    ...{ budget: {}, patienceSeconds: 30, strategies: ['virsh', 'precopy'], hasNull: true },
    ...{ rounds: mode === 'quick' ? 3 : 10, deadlineMs: 600_000 },
  };
}

function against(scenario: SuiteScenario, names: readonly StrategyName[]): SuiteScenario {
  const [reference] = scenario.strategies;
  return { ...scenario, strategies: [reference, ...names.filter((name) => name !== reference)] };
}
