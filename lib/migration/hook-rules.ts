import { callback, checkOptions, LONGEST_WAIT_MS, number, oneOf, type Rule, type Rules } from '../validation.js';
import { HOOK_NAMES, type HookEntry, type HookName, type Hooks } from './hooks.js';

const isEntry = (value: unknown): boolean => typeof value === 'object' && value !== null && 'run' in value;

const hook: Rule = (value) => {
  const isHook = (one: unknown): boolean => typeof one === 'function' || isEntry(one);
  return (Array.isArray(value) ? value.every(isHook) : isHook(value))
    ? undefined
    : 'a function, an object with a function run, or a list of these';
};

const hooksRules = Object.fromEntries(HOOK_NAMES.map((name) => [name, hook])) as Record<keyof Hooks, Rule>;

const entryRules: Rules<HookEntry<HookName>> = {
  run: callback,
  deadlineMs: number(1, LONGEST_WAIT_MS),
  onFailure: oneOf('abort', 'continue'),
};

/**
 * Checks hooks and their conditions: a deadline that is none would end each hook at once.
 *
 * @throws InvalidArgumentError
 */
export function checkHooks(hooks: Hooks): void {
  checkOptions<Hooks>('hooks', hooks, hooksRules);
  for (const [name, given] of Object.entries(hooks)) {
    for (const entry of [given].flat()) {
      if (isEntry(entry)) checkOptions<HookEntry<HookName>>(`hooks.${name}`, entry, entryRules, ['run']);
    }
  }
}
