import { PrecopyError, type PrecopyErrorOptions } from '../../errors.js';

/** What can go wrong with the lab's guests and their observer. The sentence is in `message`, what to do in `remedy`. */
export type GuestErrorCode =
  | 'ERR_PRECOPY_GUEST_FILES'
  | 'ERR_PRECOPY_GUEST_SILENT'
  | 'ERR_PRECOPY_GUEST_QEMU'
  | 'ERR_PRECOPY_OBSERVER';

/** Every error of guests and observer but an option that cannot be used, which is an `InvalidArgumentError`. */
export class GuestError extends PrecopyError {
  constructor(code: GuestErrorCode, message: string, details: PrecopyErrorOptions = {}) {
    super(code, message, details);
  }
}
