import { PrecopyError, type PrecopyErrorOptions } from '../errors.js';

/** What can go wrong with a lab. The sentence is in `message`, what to do in `remedy`. */
export type LabErrorCode =
  | 'ERR_PRECOPY_LAB_NOT_ROOT'
  | 'ERR_PRECOPY_LAB_MISSING_TOOL'
  | 'ERR_PRECOPY_LAB_UNSUPPORTED'
  | 'ERR_PRECOPY_LAB_EXISTS'
  | 'ERR_PRECOPY_LAB_NOT_FOUND'
  | 'ERR_PRECOPY_LAB_BROKEN'
  | 'ERR_PRECOPY_LAB_COMMAND'
  | 'ERR_PRECOPY_LAB_DAEMON'
  | 'ERR_PRECOPY_LAB_OBSERVED'
  | 'ERR_PRECOPY_LAB_GUEST';

/** Every error of `precopy/lab` but an option that cannot be used, which is an `InvalidArgumentError`. */
export class LabError extends PrecopyError {
  constructor(code: LabErrorCode, message: string, details: PrecopyErrorOptions = {}) {
    super(code, message, details);
  }
}
