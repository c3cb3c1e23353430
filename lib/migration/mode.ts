import { InvalidArgumentError } from '../errors.js';
import { HOOK_NAMES, type HookName, type Hooks } from './hooks.js';
import type { MigrateOptions } from './options.js';

export const MODES = ['live', 'quick', 'offline'] as const;

/** How the guest gets over; see `MigrateOptions.mode`. */
export type Mode = (typeof MODES)[number];

/** What steers passes means nothing where there are none. */
const STEERING = ['policy', 'budget', 'escalate', 'expect', 'forecast', 'switchoverAt'] as const;

/** Options that mean nothing in a mode: refused, since whoever gives them expects something of them. */
const IDLE_OPTIONS: Record<Mode, readonly (keyof MigrateOptions)[]> = {
  live: [],
  quick: STEERING,
  offline: [...STEERING, 'observer', 'safety', 'copyDisks', 'sampleIntervalMs'],
};

/** Hooks that are called in a mode. */
const HOOKS: Record<Mode, readonly HookName[]> = {
  live: HOOK_NAMES,
  quick: HOOK_NAMES.filter((name) => name !== 'beforeSwitchover' && name !== 'pass'),
  offline: ['connected', 'settled', 'rolledBack'],
};

/** @throws InvalidArgumentError for the first option or hook that means nothing in the mode */
export function checkMode(mode: Mode, options: MigrateOptions): void {
  const idle = IDLE_OPTIONS[mode].find((name) => isGiven(options[name]));
  if (idle !== undefined) throw new InvalidArgumentError(idle, options[idle], `left out in mode ${mode}`);
  const hooks: Hooks = options.hooks ?? {};
  const silent = HOOK_NAMES.find((name) => hooks[name] !== undefined && !HOOKS[mode].includes(name));
  if (silent !== undefined) {
    throw new InvalidArgumentError(`hooks.${silent}`, hooks[silent], `left out in mode ${mode}, which never calls it`);
  }
  if (mode === 'offline' && options.persistDestination === false) {
    throw new InvalidArgumentError('persistDestination', false, 'true or left out in mode offline');
  }
}

/** An empty object or list asks for nothing, nor does false. */
function isGiven(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date)
    return value !== undefined && value !== false;
  return Object.keys(value).length > 0;
}
