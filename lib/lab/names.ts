import { createHash, randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from '../errors.js';
import type { Rule } from '../validation.js';

const DEFAULT_STATE_DIRECTORY = '/run/precopy';
const LAB_NAME = /^[a-z][a-z0-9]{0,14}$/;
const HOST_NAMES = 'abcdefghijklmnopqrstuvwxyz';

/** Where the named network namespaces are, for `ip -n` and for people. */
export const NETWORK_NAMESPACES = '/run/netns';

/** The nodes of each lab beside its hosts: where observers and servers run, and where the cables meet. */
export const CLIENT = 'client';
export const SWITCH = 'switch';

/** Most hosts a lab can have: they are named by a letter. */
export const MAX_HOSTS = 16;

/**
 * The directory below which all labs keep their state, `/run/precopy` unless PRECOPY_STATE_DIR names another one.
 *
 * Labs of two state directories never see each other: the names of their namespaces differ as well.
 */
export function stateDirectory(): string {
  return resolve(process.env.PRECOPY_STATE_DIR ?? DEFAULT_STATE_DIRECTORY);
}

// The path of a UNIX socket holds 107 characters; below the state directory come lab, host and run/libvirt/libvirt-sock. What is no plain character
// is written in another way in /proc/mounts and in URIs.
const STATE_DIRECTORY = /^[\w./-]{1,60}$/;

/** @throws InvalidArgumentError when libvirt's sockets would not fit below the state directory, or it has an odd name. */
export function requireStateDirectory(): void {
  const directory = stateDirectory();
  if (STATE_DIRECTORY.test(directory)) return;
  throw new InvalidArgumentError(
    'PRECOPY_STATE_DIR',
    directory,
    'a path of at most 60 letters, digits, dots, dashes, underscores and slashes',
  );
}

/** What the name of every namespace of the labs in this state directory starts with. */
export function namespacePrefix(directory = stateDirectory()): string {
  if (directory === DEFAULT_STATE_DIRECTORY) return 'precopy-';
  return `precopy_${createHash('sha256').update(directory).digest('hex').slice(0, 8)}-`;
}

export function labDirectory(lab: string): string {
  return join(stateDirectory(), lab);
}

/** The name of a node's network namespace. It is its mark in the process table, too. */
export function nodeMark(lab: string, node: string): string {
  return `${namespacePrefix()}${lab}-${node}`;
}

export function namespacePath(mark: string): string {
  return join(NETWORK_NAMESPACES, mark);
}

/** Takes the lab out of a node's mark; `undefined` for what is not of this state directory. */
export function labOfMark(mark: string): string | undefined {
  const prefix = namespacePrefix();
  if (!mark.startsWith(prefix)) return undefined;
  const [lab, node, ...rest] = mark.slice(prefix.length).split('-');
  return lab && node && rest.length === 0 ? lab : undefined;
}

/** The names of a lab's hosts, at most MAX_HOSTS. */
export function hostNames(count: number): string[] {
  return [...HOST_NAMES.slice(0, count)];
}

export function newLabName(): string {
  return `lab${randomBytes(3).toString('hex')}`;
}

/** What a lab may be called. No dash: it is what separates the parts of a namespace's name. */
export const labName: Rule = (value) =>
  typeof value === 'string' && LAB_NAME.test(value)
    ? undefined
    : 'a letter and at most 14 more letters or digits, all lower case';

/** @throws InvalidArgumentError */
export function requireLabName(name: string): string {
  const wanted = labName(name);
  if (wanted !== undefined) throw new InvalidArgumentError('name', name, wanted);
  return name;
}
