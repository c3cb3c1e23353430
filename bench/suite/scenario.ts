import type { Budget } from '../../lib/policy/index.js';
import type { Scenario } from '../engine/scenario.js';
import type { StrategyName } from './strategies.js';

/** The link that guests move over. */
export interface LinkPlan {
  readonly bitsPerSecond: number;
  /** What becomes of it in mid-run, so long after the call. */
  readonly change?: LinkChange;
}

/** It becomes slower or faster for good, or carries nothing at all for a while. */
export type LinkChange = { readonly afterMs: number } & (
  | { readonly bitsPerSecond: number }
  | { readonly cutForMs: number }
);

/** What the lab has to provide. */
export interface Setting {
  readonly guest: Scenario['guest'];
  readonly link: LinkPlan;
}

/** What is moved over what, and who moves it: data alone. */
export interface SuiteScenario {
  readonly name: string;
  /** In a sentence. */
  readonly about: string;
  /** Undefined for a guest and hosts of the user's own. */
  readonly setting?: Setting;
  /** What precopy is asked for; the others know no budget. */
  readonly budget: Budget;
  /** After so long, in whole seconds, whoever escalates by the clock does. */
  readonly patienceSeconds: number;
  /** The first one is the reference. */
  readonly strategies: readonly [StrategyName, ...StrategyName[]];
  /** Whether the reference is measured beside itself, too: whoever finds a difference there finds one everywhere. */
  readonly hasNull?: boolean;
  /** How often each strategy is measured, all of them beside each other. */
  readonly rounds: number;
  /** After so long a migration is aborted and counts as failed, in milliseconds. */
  readonly deadlineMs: number;
}
