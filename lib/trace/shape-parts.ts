import type { ObjectShape, Shape } from '../policy/shape.js';

export type Properties = ObjectShape['properties'];

export const text = (description: string): Shape => ({ type: 'text', mayBeEmpty: true, description });
export const flag = (description: string): Shape => ({ type: 'flag', description });
export const choice = (description: string, ...of: readonly string[]): Shape => ({ type: 'choice', of, description });
export const count = (description: string): Shape => ({ type: 'integer', minimum: 0, description });
export const amount = (description: string): Shape => ({ type: 'number', minimum: 0, description });
export const fraction = (description: string): Shape => ({ type: 'number', minimum: 0, maximum: 1, description });
export const list = (description: string, of: Shape): Shape => ({ type: 'list', of, mayBeEmpty: true, description });

/** An object that may have more than is described: a later precopy may know more. */
export function open<P extends Properties>(
  description: string,
  properties: P,
  ...optional: readonly (keyof P & string)[]
): ObjectShape & { readonly properties: P } {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, isOpen: true, description };
}

/** An entry: an object with a time. */
export function entry<P extends Properties>(
  description: string,
  properties: P,
  ...optional: readonly (keyof P & string)[]
) {
  return open(description, { atMs: AT_MS, ...properties }, ...optional);
}

export const AT_MS: Shape = {
  type: 'number',
  description: "Milliseconds from the start of the run, on the controlling process's monotonic clock.",
};
