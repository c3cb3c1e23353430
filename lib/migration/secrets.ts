import { Connection, type Endpoint } from '../libvirt/index.js';
import type { Host } from './options.js';

const PASSWORD_IN_URI = /\/\/([^/@:]*):([^/@]*)@/;

/** A URI without the password that may stand in it. */
export function withoutPassword(uri: string): string {
  return uri.replace(PASSWORD_IN_URI, '//$1@');
}

/**
 * A host as it may be written down: where it is and how it is reached, never with what authority.
 *
 * Left out are `auth` and a password within the URI. Paths to keys and credential files stay: they are no secrets themselves.
 */
export function withoutSecrets(host: Host): Endpoint {
  const { uri, auth: _secret, ...open } = endpointOf(host);
  return { ...open, uri: withoutPassword(uri) };
}

/** What must never be written down of a host: passwords. */
export function secretsOf(host: Host): readonly string[] {
  const { uri, auth } = endpointOf(host);
  return [auth?.password ?? '', PASSWORD_IN_URI.exec(uri)?.[2] ?? ''].filter((secret) => secret !== '');
}

function endpointOf(host: Host): Exclude<Endpoint, string> {
  const given = host instanceof Connection ? { uri: host.uri, ...host.options } : host;
  return typeof given === 'string' ? { uri: given } : given;
}

/** Where other programs' words stand, and so what they may have repeated. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  'reason',
  'message',
  'remedy',
  'error',
  'refusal',
  'why',
  'errorMessage',
]);

/** Replaces secrets in the free text of an entry: an error of libvirt may repeat what it was given. */
export function withoutWords<T>(entry: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return entry;
  const clean = (key: string, value: unknown): unknown =>
    FREE_TEXT.has(key) && typeof value === 'string'
      ? secrets.reduce((text, secret) => text.replaceAll(secret, '…'), value)
      : value;
  // Only strings were exchanged for strings, so the type stays what it was.
  return JSON.parse(JSON.stringify(entry, clean)) as T;
}
