import { PrecopyError } from '../../errors.js';
import { LibvirtError } from '../../libvirt/index.js';
import type { Rule } from '../../validation.js';
import { withDeadline } from '../deadline.js';
import type { SideView } from '../ownership.js';
import { readGuest } from '../preflight/guest-xml.js';
import type { Side } from '../side.js';

/** Relative ones would be taken from wherever the daemon happens to stand. */
export const absolutePath: Rule = (value) =>
  typeof value === 'string' && value.startsWith('/') ? undefined : 'an absolute path on the host';

/** The guest in a file. */
export interface Image {
  readonly name: string;
  readonly uuid: string;
}

/** Reads whose guest a file of the host holds; undefined when it holds none. libvirt: virDomainSaveImageGetXMLDesc. */
export async function readImage({ control, role }: Side, file: string, callMs: number): Promise<Image | undefined> {
  try {
    const xml = await withDeadline(
      control.domainSaveImageGetXMLDesc(file),
      callMs,
      `Asking the ${role} for the guest in ${file}`,
    );
    const { name, uuid } = readGuest(xml);
    return { name, uuid };
  } catch (error) {
    if (error instanceof LibvirtError) return undefined;
    throw error;
  }
}

/** Where a guest is that was to be saved: on its host as long as that has it, whatever the file says. Pure. */
export function placeAfterSave(host: SideView, isInFile: boolean): 'source' | 'file' | 'neither' | 'unknown' {
  if (host.seen === 'present') return 'source';
  if (host.seen === 'unreachable') return 'unknown';
  return isInFile ? 'file' : 'neither';
}

/** Where a guest is that was to be restored: its file is not touched, and holds it until it runs. Pure. */
export function placeAfterRestore(host: SideView): 'destination' | 'file' | 'unknown' {
  if (host.seen === 'present') return 'destination';
  return host.seen === 'absent' ? 'file' : 'unknown';
}

export function aborted(signal: AbortSignal): PrecopyError {
  const { reason } = signal;
  return new PrecopyError('ERR_PRECOPY_ABORTED', `Aborted: ${reason instanceof Error ? reason.message : reason}`);
}
