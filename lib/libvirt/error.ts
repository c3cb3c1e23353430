import { ConnectionClosedError, InvalidArgumentError, PrecopyError, UnsupportedLibvirtError } from '../errors.js';
import { ErrorDomain, ErrorLevel, ErrorNumber } from './constants.generated.js';
import { nameOf } from './names.js';
import type { NativeFailure } from './native.js';

/** libvirt's name of an error, like `VIR_ERR_OPERATION_INVALID`. */
export type LibvirtErrorCode = keyof typeof ErrorNumber;

/**
 * An error that libvirt has reported: `virGetLastError`, copied on the thread on which it happened.
 *
 * ```ts
 * try {
 *   await connection.domainLookupByName('db1');
 * } catch (error) {
 *   if (error instanceof LibvirtError && error.code === 'VIR_ERR_NO_DOMAIN') …
 * }
 * ```
 */
export class LibvirtError extends PrecopyError {
  /** libvirt's name; `VIR_ERR_<number>` for one that is newer than precopy. */
  declare readonly code: LibvirtErrorCode | `VIR_ERR_${number}`;
  /** libvirt's number for it. */
  readonly number: number;
  /** The part of libvirt that failed, like `VIR_FROM_QEMU`. */
  readonly domain: string;
  readonly level: 'none' | 'warning' | 'error';
  /** libvirt's additional strings and numbers, whose meaning depends on the error. */
  readonly strings: readonly [string, string, string];
  readonly integers: readonly [number, number];

  constructor(failure: NativeFailure) {
    super(nameOf(ErrorNumber, failure.number) ?? `VIR_ERR_${failure.number}`, failure.message);
    this.number = failure.number;
    this.domain = nameOf(ErrorDomain, failure.domain) ?? `VIR_FROM_${failure.domain}`;
    this.level =
      failure.level === ErrorLevel.ERROR ? 'error' : failure.level === ErrorLevel.WARNING ? 'warning' : 'none';
    this.strings = [failure.str1, failure.str2, failure.str3];
    this.integers = [failure.int1, failure.int2];
  }
}

/** Makes an error class of what a promise of the addon was rejected with. `args` are those the addon was called with. */
export function translateFailure(reason: unknown, uri: string, args: readonly unknown[]): Error {
  if (!isNativeFailure(reason))
    return reason instanceof Error ? reason : new PrecopyError('ERR_PRECOPY_INTERNAL', String(reason));
  switch (reason.kind) {
    case 'libvirt':
      return new LibvirtError(reason);
    case 'argument':
      return new InvalidArgumentError(reason.str1, args[reason.int1], reason.str2);
    case 'closed':
      return new ConnectionClosedError(uri);
    case 'unsupported':
      return new UnsupportedLibvirtError(reason.str1, reason.str2);
    case 'internal':
      return new PrecopyError('ERR_PRECOPY_INTERNAL', reason.message);
  }
}

function isNativeFailure(reason: unknown): reason is NativeFailure {
  return typeof reason === 'object' && reason !== null && !(reason instanceof Error) && 'kind' in reason;
}
