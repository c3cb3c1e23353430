import { PrecopyError } from '../errors.js';

/** An object as JSON writes it; an error's code, message and remedy do not show by themselves. */
export function toJson(value: object): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (!(inner instanceof Error)) return inner;
    const { message } = inner;
    return inner instanceof PrecopyError ? { code: inner.code, message, remedy: inner.remedy } : { message };
  });
}
