import { InvalidArgumentError } from '../../errors.js';
import { checkOptions, integer, number, oneOf, type Rules, textList } from '../../validation.js';
import { type MigrateOptions, type ResolvedOptions, resolveOptions } from '../options.js';
import type { BudgetFacts } from './facts.js';
import { ALLOWABLE_CODES, type AllowableCode } from './finding.js';

/** What may be done, in this order, when the budget cannot be met otherwise. */
export const ESCALATIONS = ['throttle', 'post-copy', 'pause', 'abort'] as const;
export type Escalation = (typeof ESCALATIONS)[number];

/** The options of `migrate`, and what is wanted of it that can be checked beforehand. */
export interface PreflightOptions extends MigrateOptions {
  budget?: BudgetFacts;
  escalate?: readonly Escalation[];
  /** `strict` needs the guest to arrive paused, which post-copy cannot. */
  safety?: 'auto' | 'strict' | 'guarded';
  /** Findings that are warnings only, since the caller knows better. */
  allow?: readonly AllowableCode[];
}

/** What of a migration's options preflight looks at, with every default in its place: `ResolvedOptions` and its own. */
export type PreflightRequest = Pick<
  ResolvedOptions,
  'domain' | 'transport' | 'deadlines' | 'destinationName' | 'destinationXml' | 'copyDisks' | 'allowUnsafe'
> &
  Pick<PreflightOptions, 'budget' | 'escalate' | 'safety' | 'allow'>;

const budgetRules: Rules<BudgetFacts> = {
  pauseMs: integer(1),
  totalMs: integer(1),
  slowdown: number(0, 1),
};

/**
 * Checks the options and fills in the defaults. Pure.
 *
 * @throws InvalidArgumentError for the first option that is not as it must be
 */
export function resolvePreflight(options: PreflightOptions): ResolvedOptions & PreflightRequest {
  const { budget, escalate, safety, allow, ...rest } = options;
  const resolved = resolveOptions(rest);
  checkOptions<BudgetFacts>('budget', budget ?? {}, budgetRules);
  checkList('escalate', escalate, ESCALATIONS);
  checkList('allow', allow, ALLOWABLE_CODES);
  if (safety !== undefined) check('safety', safety, oneOf('auto', 'strict', 'guarded')(safety));
  return {
    ...resolved,
    ...(budget === undefined ? {} : { budget }),
    ...(escalate === undefined ? {} : { escalate }),
    ...(safety === undefined ? {} : { safety }),
    ...(allow === undefined ? {} : { allow }),
  };
}

function checkList(option: string, list: unknown, allowed: readonly string[]): void {
  if (list === undefined || (Array.isArray(list) && list.length === 0)) return;
  check(option, list, textList(list));
  const every = oneOf(...allowed);
  // textList has proven that it is an array.
  for (const [index, item] of (list as unknown[]).entries()) check(`${option}[${index}]`, item, every(item));
}

function check(option: string, value: unknown, wanted: string | undefined): void {
  if (wanted !== undefined) throw new InvalidArgumentError(option, value, wanted);
}
