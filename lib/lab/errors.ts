import { PrecopyError } from '../errors.js';

/** What can go wrong with a lab. The sentence is in `message`, what to do in `remedy`. */
export type LabErrorCode =
  | 'ERR_PRECOPY_LAB_OPTION'
  | 'ERR_PRECOPY_LAB_NOT_ROOT'
  | 'ERR_PRECOPY_LAB_MISSING_TOOL'
  | 'ERR_PRECOPY_LAB_UNSUPPORTED'
  | 'ERR_PRECOPY_LAB_EXISTS'
  | 'ERR_PRECOPY_LAB_NOT_FOUND'
  | 'ERR_PRECOPY_LAB_BROKEN'
  | 'ERR_PRECOPY_LAB_STOPPED'
  | 'ERR_PRECOPY_LAB_COMMAND'
  | 'ERR_PRECOPY_LAB_DAEMON'
  | 'ERR_PRECOPY_LAB_GUEST';

/** Every error of `precopy/lab` that is not a wrong call of Node's own API. */
export class LabError extends PrecopyError {
  constructor(code: LabErrorCode, message: string, details: { remedy?: string; cause?: unknown } = {}) {
    super(message, { code, ...details });
  }
}

/** An option that is not what it should be: says which, what was given and what is allowed. */
export function optionError(option: string, given: unknown, allowed: string): LabError {
  return new LabError(
    'ERR_PRECOPY_LAB_OPTION',
    `${option} is ${JSON.stringify(given) ?? String(given)}, but must be ${allowed}.`,
  );
}
