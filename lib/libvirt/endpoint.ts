import { InvalidArgumentError } from '../errors.js';
import { buildUri, type UriOptions } from './uri.js';

/** What answers libvirt's questions when a connection is opened. Never part of an error or a log line. */
export interface Credentials {
  readonly username?: string;
  /** The name to authenticate with, where that is not the user's. */
  readonly authname?: string;
  readonly password?: string;
  readonly realm?: string;
}

/** How a connection is kept from hanging for ever on a host that has vanished. */
export interface KeepAlive {
  /** Seconds between two messages; 1 or more. */
  readonly intervalSeconds: number;
  /** So many without an answer, and the connection is closed. */
  readonly count: number;
}

/** Options of {@link Connection.open}. */
export interface ConnectionOptions extends UriOptions {
  /** Only calls that change nothing. */
  readonly readOnly?: boolean;
  readonly auth?: Credentials;
  /** Default: every 5 s, closed after 5 without an answer. */
  readonly keepAlive?: KeepAlive | false;
  /** Allows `domain.qemuMonitorCommand()`, which libvirt does not support and which taints the domain. */
  readonly allowMonitorCommand?: boolean;
}

/** A host: its libvirt URI, or URI and options in one object. */
export type Endpoint = string | ({ readonly uri: string } & ConnectionOptions);

/** Takes an endpoint apart. Throws InvalidArgumentError naming `argument`. */
export function splitEndpoint(
  endpoint: Endpoint,
  argument = 'endpoint',
): { readonly uri: string; readonly options: ConnectionOptions } {
  if (typeof endpoint === 'string') return { uri: endpoint, options: {} };
  if (typeof endpoint !== 'object' || endpoint === null) {
    throw new InvalidArgumentError(argument, endpoint, 'a URI or an object with a uri');
  }
  const { uri, ...options } = endpoint;
  return { uri, options };
}

/** The URI that libvirt is given for an endpoint: also for one that another daemon is to open (`migrateToURI3`). */
export function endpointUri(endpoint: Endpoint, argument = 'endpoint'): string {
  const { uri, options } = splitEndpoint(endpoint, argument);
  return buildUri(uri, options, typeof endpoint === 'string' ? argument : `${argument}.uri`);
}

const BOOLEANS = ['readOnly', 'allowMonitorCommand', 'allowExternalTransport', 'allowPrompt'] as const;

/** Checks what {@link buildUri} does not. Throws InvalidArgumentError naming the option. */
export function checkOptions(options: ConnectionOptions): void {
  if (typeof options !== 'object' || options === null) throw new InvalidArgumentError('options', options, 'an object');
  for (const name of BOOLEANS) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'boolean') throw new InvalidArgumentError(name, value, 'true or false');
  }
  for (const [name, value] of Object.entries(options.auth ?? {})) {
    // Not the value: it may be a password.
    if (typeof value !== 'string') throw new InvalidArgumentError(`auth.${name}`, typeof value, 'a string');
  }
  const { keepAlive } = options;
  if (keepAlive === undefined || keepAlive === false) return;
  if (typeof keepAlive !== 'object' || keepAlive === null) {
    throw new InvalidArgumentError('keepAlive', keepAlive, 'false or { intervalSeconds, count }');
  }
  const { intervalSeconds, count } = keepAlive;
  const whole = (value: unknown, low: number): boolean =>
    typeof value === 'number' && Number.isInteger(value) && value >= low && value <= 86_400;
  if (!whole(intervalSeconds, 1)) {
    throw new InvalidArgumentError('keepAlive.intervalSeconds', intervalSeconds, 'an integer from 1 to 86400');
  }
  if (!whole(count, 0)) throw new InvalidArgumentError('keepAlive.count', count, 'an integer from 0 to 86400');
}
