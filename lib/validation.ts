import { InvalidArgumentError } from './errors.js';

/** Says what is wrong with a value in terms of what is allowed, or undefined when it is fine. */
export type Rule = (value: unknown) => string | undefined;

/** One rule for each option; every option not named is refused. */
export type Rules<T> = { readonly [K in keyof T]-?: Rule };

export const text: Rule = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a non-empty string');

export const flag: Rule = (value) => (typeof value === 'boolean' ? undefined : 'true or false');

/** For an object whose own options are checked one by one. */
export const anyObject: Rule = (value) => (typeof value === 'object' && value !== null ? undefined : 'an object');

export const callback: Rule = (value) => (typeof value === 'function' ? undefined : 'a function');

export const abortSignal: Rule = (value) => (value instanceof AbortSignal ? undefined : 'an AbortSignal');

export const textList: Rule = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && item !== '')
    ? undefined
    : 'a list of at least one non-empty string';

export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Rule {
  return (value) =>
    Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum
      ? undefined
      : `a whole number from ${minimum} to ${maximum}`;
}

export function number(minimum: number, maximum: number): Rule {
  return (value) =>
    typeof value === 'number' && value >= minimum && value <= maximum
      ? undefined
      : `a number from ${minimum} to ${maximum}`;
}

/** A timer of Node's that is to wait longer ends at once, in milliseconds. */
export const LONGEST_WAIT_MS = 24 * 24 * 3600 * 1000;

export function oneOf(...allowed: readonly string[]): Rule {
  return (value) => (typeof value === 'string' && allowed.includes(value) ? undefined : allowed.join(' or '));
}

export function anyOf(...rules: readonly Rule[]): Rule {
  return (value) => {
    const wanted = rules.map((rule) => rule(value));
    return wanted.includes(undefined) ? undefined : wanted.join(', or ');
  };
}

/**
 * Checks the options of an object before anything is touched.
 *
 * @param name - how the object is called by its caller; '' for the outermost one
 * @param required - the options that must be there
 * @throws InvalidArgumentError that names the option, the value and what is allowed
 */
export function checkOptions<T extends object>(
  name: string,
  options: unknown,
  rules: Rules<T>,
  required: readonly (keyof T & string)[] = [],
): asserts options is T {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidArgumentError(name || 'options', options, 'an object');
  }
  const qualified = (option: string) => (name === '' ? option : `${name}.${option}`);
  const missing = required.filter((option) => !(option in options)).map((option) => [option, undefined] as const);
  for (const [option, value] of [...Object.entries(options), ...missing]) {
    if (!Object.hasOwn(rules, option)) {
      throw new InvalidArgumentError(
        qualified(option),
        value,
        `left out: the options are ${Object.keys(rules).join(', ')}`,
      );
    }
    if (value === undefined && !required.some((wanted) => wanted === option)) continue;
    // hasOwn above proves that the key is one of the rules'; TypeScript cannot see it through Object.entries.
    const wanted = rules[option as keyof T](value);
    if (wanted !== undefined) throw new InvalidArgumentError(qualified(option), value, wanted);
  }
}
