import { InvalidArgumentError } from '../errors.js';

/**
 * What a libvirt URI can make the process that opens it do: run a program, read a key, trust a host. In a URI that
 * comes from elsewhere that would be code, so each is refused there and has to be given as an option by the program.
 * The list is that of libvirt's remote driver (`doRemoteOpen` in `remote_driver.c`) and `virauth.c`.
 */
export interface UriOptions {
  /** Path of the daemon's UNIX socket, instead of the usual one (`socket`). */
  readonly socketPath?: string;
  /** Program that makes the connection: for `+ssh` instead of `ssh`, for `+ext` the transport itself (`command`). */
  readonly command?: string;
  /** Allows `+ext`, which runs {@link command}. */
  readonly allowExternalTransport?: boolean;
  /** Program that is run on the other host, over ssh, to reach the socket (`netcat`). */
  readonly netcat?: string;
  /** How the daemon is reached over ssh (`proxy`). */
  readonly proxy?: 'auto' | 'netcat' | 'native';
  /** False accepts any server, over TLS and ssh: whoever sits between can then read and change all (`no_verify`). */
  readonly verifyServer?: boolean;
  /** False leaves out the checks of our own certificates (`no_sanity`). */
  readonly checkCertificates?: boolean;
  /** Private key for ssh (`keyfile`). */
  readonly keyFile?: string;
  /** File of the host keys that libssh and libssh2 trust (`known_hosts`). */
  readonly knownHostsFile?: string;
  /** What libssh and libssh2 do with a host key they don't know (`known_hosts_verify`). */
  readonly knownHostsVerify?: 'normal' | 'auto' | 'ignore';
  /** Methods that libssh and libssh2 may log in with, in order (`sshauth`). */
  readonly sshAuthMethods?: ReadonlyArray<'agent' | 'privkey' | 'password' | 'keyboard-interactive'>;
  /** File with credentials (`authfile`). */
  readonly authFile?: string;
  /** How to authenticate, `none` or `sasl.` and a mechanism (`auth`). */
  readonly authType?: string;
  /** Folder of the TLS certificates (`pkipath`). */
  readonly pkiPath?: string;
  /** GnuTLS priority string (`tls_priority`). */
  readonly tlsPriority?: string;
  /** The URI that the daemon on the other host opens, instead of the one without transport (`name`). */
  readonly remoteName?: string;
  /** Lets ssh ask on the terminal of this process. Otherwise it fails where it would ask (`no_tty`). */
  readonly allowPrompt?: boolean;
}

type Encode = (value: unknown) => string | undefined;

const text: Encode = (value) => (typeof value === 'string' && value !== '' && !hasControl(value) ? value : undefined);
const oneOf =
  (...allowed: string[]): Encode =>
  (value) =>
    typeof value === 'string' && allowed.includes(value) ? value : undefined;

interface UriOption {
  readonly parameter: string;
  readonly allowed: string;
  /** The parameter's text; undefined if the value is not allowed, '' if nothing is to be added. */
  readonly encode: Encode;
}

const SSH_AUTH_METHODS = ['agent', 'privkey', 'password', 'keyboard-interactive'];

const TEXT = { allowed: 'a string that is not empty and has no control characters', encode: text };

/** `false` means that the parameter is set to 1. */
const negative = (parameter: string): UriOption => ({
  parameter,
  allowed: 'true or false',
  encode: (value) => (value === false ? '1' : value === true ? '' : undefined),
});

const OPTIONS: Readonly<Record<Exclude<keyof UriOptions, 'allowExternalTransport' | 'allowPrompt'>, UriOption>> = {
  socketPath: { parameter: 'socket', ...TEXT },
  command: { parameter: 'command', ...TEXT },
  netcat: { parameter: 'netcat', ...TEXT },
  proxy: { parameter: 'proxy', allowed: 'auto, netcat or native', encode: oneOf('auto', 'netcat', 'native') },
  verifyServer: negative('no_verify'),
  checkCertificates: negative('no_sanity'),
  keyFile: { parameter: 'keyfile', ...TEXT },
  knownHostsFile: { parameter: 'known_hosts', ...TEXT },
  knownHostsVerify: {
    parameter: 'known_hosts_verify',
    allowed: 'normal, auto or ignore',
    encode: oneOf('normal', 'auto', 'ignore'),
  },
  sshAuthMethods: {
    parameter: 'sshauth',
    allowed: `a list of ${SSH_AUTH_METHODS.join(', ')}`,
    encode: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((method) => SSH_AUTH_METHODS.includes(method))
        ? value.join(',')
        : undefined,
  },
  authFile: { parameter: 'authfile', ...TEXT },
  authType: { parameter: 'auth', ...TEXT },
  pkiPath: { parameter: 'pkipath', ...TEXT },
  tlsPriority: { parameter: 'tls_priority', ...TEXT },
  remoteName: { parameter: 'name', ...TEXT },
};

/** The option to use instead of each parameter that is refused in a URI. */
export const REFUSED_PARAMETERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(OPTIONS).map(([option, { parameter }]) => [parameter, option])),
  no_tty: 'allowPrompt',
};

const TRANSPORTS = ['unix', 'tcp', 'tls', 'ssh', 'libssh', 'libssh2', 'ext'];
const MODES = ['auto', 'legacy', 'direct'];

/**
 * Makes the URI that libvirt is given from one that may come from anywhere and options that come from the program.
 * Throws InvalidArgumentError (naming `argument`) if the URI could do more than connect.
 */
export function buildUri(uri: unknown, options: UriOptions = {}, argument = 'uri'): string {
  const refuse = (allowed: string): never => {
    throw new InvalidArgumentError(argument, uri, allowed);
  };
  if (typeof uri !== 'string' || hasControl(uri) || /[ \\]/.test(uri)) {
    return refuse('a string without spaces, backslashes and control characters');
  }
  const match = /^([a-z][a-z0-9.-]*)(?:\+([a-z0-9]+))?:\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(uri);
  if (match === null) return refuse('a libvirt URI, like qemu:///system or qemu+tls://host.example/system');
  const [, scheme = '', transport, authority = '', path = '', query = ''] = match;

  const lowerTransport = transport?.toLowerCase();
  if (lowerTransport !== undefined && !TRANSPORTS.includes(lowerTransport)) {
    refuse(`a URI with one of the transports ${TRANSPORTS.filter((name) => name !== 'ext').join(', ')}`);
  }
  if (lowerTransport === 'ext' && options.allowExternalTransport !== true) {
    refuse('a URI without +ext, which runs a program, unless the option allowExternalTransport is true');
  }
  checkAuthority(authority, refuse);

  const parameters = [...checkQuery(query, refuse), ...encodeOptions(options)];
  // Without a terminal to ask on, ssh would wait for ever in a service.
  if (lowerTransport === 'ssh' && options.allowPrompt !== true) parameters.push(['no_tty', '1']);
  const suffix = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const head = transport === undefined ? scheme : `${scheme}+${transport}`;
  return `${head}://${authority}${path}${suffix === '' ? '' : `?${suffix}`}`;
}

function checkAuthority(authority: string, refuse: (allowed: string) => never): void {
  const decoded = decode(authority) ?? refuse('a URI with valid percent encoding');
  if (hasControl(decoded)) refuse('a URI without control characters');
  // ssh would take them for options.
  if (decoded.split('@').some((part) => part.startsWith('-'))) refuse('a URI whose user and host do not begin with -');
}

function checkQuery(query: string, refuse: (allowed: string) => never): Array<readonly [string, string]> {
  const accepted: Array<readonly [string, string]> = [];
  // libvirt takes & and ; for separators, decodes names, and compares them without regard to case.
  for (const part of query.split(/[&;]/).filter((piece) => piece !== '')) {
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals))?.toLowerCase();
    const value = decode(equals < 0 ? '' : part.slice(equals + 1));
    if (name === undefined || value === undefined) return refuse('a URI with valid percent encoding');
    const option = Object.hasOwn(REFUSED_PARAMETERS, name) ? REFUSED_PARAMETERS[name] : undefined;
    if (option !== undefined) refuse(`a URI without the parameter ${name}; use the option ${option} for it`);
    if (name !== 'mode') refuse(`a URI without the parameter ${JSON.stringify(name)}`);
    if (!MODES.includes(value)) refuse(`a URI whose mode is one of ${MODES.join(', ')}`);
    accepted.push([name, value]);
  }
  return accepted;
}

function encodeOptions(options: UriOptions): Array<readonly [string, string]> {
  const given: Readonly<Record<string, unknown>> = { ...options };
  return Object.entries(OPTIONS).flatMap(([option, { parameter, allowed, encode }]) => {
    const value = given[option];
    if (value === undefined) return [];
    const encoded = encode(value);
    if (encoded === undefined) throw new InvalidArgumentError(option, value, allowed);
    return encoded === '' ? [] : [[parameter, encoded] as const];
  });
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function hasControl(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return /[\u0000-\u001f\u007f]/.test(value);
}
