import type { Place } from './migration/ownership.js';
import type { Phase } from './migration/phases.js';

/** What every error of precopy may carry beside its message. */
export interface PrecopyErrorOptions {
  /** The phase of the migration in which it happened. */
  readonly phase?: Phase;
  /** Where the guest was when it happened. */
  readonly owner?: Place;
  /** What to do about it, in one sentence. */
  readonly remedy?: string;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/** The base of all errors that precopy throws. Tell them apart by `code`, which is stable; messages are for people. */
export class PrecopyError extends Error {
  /** `ERR_PRECOPY_…`, or libvirt's own name (`VIR_ERR_…`) on a `LibvirtError`. */
  readonly code: string;
  declare readonly phase?: Phase;
  declare readonly owner?: Place;
  declare readonly remedy?: string;

  constructor(code: string, message: string, options: PrecopyErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    if (options.phase !== undefined) this.phase = options.phase;
    if (options.owner !== undefined) this.owner = options.owner;
    if (options.remedy !== undefined) this.remedy = options.remedy;
  }
}

/** An option or argument that cannot be used, found before anything was touched. Code `ERR_PRECOPY_INVALID_ARGUMENT`. */
export class InvalidArgumentError extends PrecopyError {
  /** The option's name, with dots where it is nested: `budget.pauseMs`. */
  readonly option: string;
  /** What was given. */
  readonly value: unknown;
  /** What is allowed, as a phrase: `an integer from 1 to 2000000`. */
  readonly allowed: string;

  constructor(option: string, value: unknown, allowed: string, options: PrecopyErrorOptions = {}) {
    super('ERR_PRECOPY_INVALID_ARGUMENT', `${option} must be ${allowed}, not ${show(value)}`, options);
    this.option = option;
    this.value = value;
    this.allowed = allowed;
  }
}

/** A call on a connection that is closed or closing, or on one of its domains. Code `ERR_PRECOPY_CONNECTION_CLOSED`. */
export class ConnectionClosedError extends PrecopyError {
  constructor(uri: string, options: PrecopyErrorOptions = {}) {
    super('ERR_PRECOPY_CONNECTION_CLOSED', `the connection to ${uri} is closed`, {
      remedy: 'Open a new connection with Connection.open() and look the domain up on it.',
      ...options,
    });
  }
}

/** The libvirt at run time lacks something. Code `ERR_PRECOPY_UNSUPPORTED_LIBVIRT`. */
export class UnsupportedLibvirtError extends PrecopyError {
  /** What is missing: a function, event or parameter. */
  readonly feature: string;
  /** The first release of libvirt that has it. */
  readonly neededVersion: string;

  constructor(feature: string, neededVersion: string, options: PrecopyErrorOptions = {}) {
    super('ERR_PRECOPY_UNSUPPORTED_LIBVIRT', `${feature} needs libvirt ${neededVersion} or later`, options);
    this.feature = feature;
    this.neededVersion = neededVersion;
  }
}

/** The native addon is not built, or cannot be loaded. Code `ERR_PRECOPY_ADDON_MISSING`. */
export class AddonMissingError extends PrecopyError {
  constructor(message: string, options: PrecopyErrorOptions) {
    super('ERR_PRECOPY_ADDON_MISSING', message, options);
  }
}

/** Something that has to be asked for explicitly. Code `ERR_PRECOPY_NOT_ALLOWED`. */
export class NotAllowedError extends PrecopyError {
  constructor(message: string, remedy: string) {
    super('ERR_PRECOPY_NOT_ALLOWED', message, { remedy });
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  if (typeof value === 'function') return 'a function';
  return String(value);
}
