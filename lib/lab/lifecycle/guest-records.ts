import { mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.js';
import { hasErrno, isMissing, readIfPresent } from '../files.js';
import type { Accelerator, GuestKind, Workload } from '../guest/index.js';
import { labDirectory } from '../names.js';
import { guestAddress, guestMac, MAX_GUESTS } from '../network/plan.js';

/** What is written down about a guest, so that other processes know it, too. */
export interface GuestRecord {
  /** Unique in the lab's life; its addresses and the marks in its heartbeats follow from it. */
  id: number;
  name: string;
  kind: GuestKind;
  accelerator: Accelerator;
  memoryBytes: number;
  workload: Workload;
  heartbeatHz: number;
  mac: string;
  address: string;
  /** The host it was started on. */
  startedOn: string;
}

export type GuestDescription = Omit<GuestRecord, 'id' | 'mac' | 'address' | 'name'> & { name: string | undefined };

/**
 * Claims a name and the lowest id that was never used, with the addresses that belong to it.
 *
 * @throws LabError `ERR_PRECOPY_LAB_EXISTS` when the lab has a guest of this name.
 */
export async function claimGuest(lab: string, guest: GuestDescription): Promise<GuestRecord> {
  await mkdir(directoryOf(lab), { recursive: true });
  for (let id = 1; id <= MAX_GUESTS; id++) {
    const name = guest.name ?? `${guest.kind}${id}`;
    const record: GuestRecord = { ...guest, id, name, mac: guestMac(id), address: guestAddress(id) };
    if (!(await writeExclusively(pathOf(lab, id), record))) continue;
    const others = (await readGuestRecords(lab)).filter((other) => other.name === name && other.id !== id);
    if (others.length === 0) return record;
    await unclaimGuest(lab, id);
    throw guestExists(name, `as number ${others[0]?.id} of the lab`);
  }
  throw new LabError('ERR_PRECOPY_LAB_GUEST', `The lab has had ${MAX_GUESTS} guests already.`);
}

export function guestExists(name: string, where: string): LabError {
  return new LabError('ERR_PRECOPY_LAB_EXISTS', `There is a guest ${name} already, ${where}.`, {
    remedy: `Choose another name, or end it with \`precopy lab guest stop ${name}\`.`,
  });
}

/** Takes back a claim whose guest never ran. */
export async function unclaimGuest(lab: string, id: number): Promise<void> {
  await rm(pathOf(lab, id), { force: true });
}

/** Forgets a guest that has run, but not its id: what is still on its way from it must not be taken for another guest's. */
export async function forgetGuest(lab: string, id: number): Promise<void> {
  await truncate(pathOf(lab, id));
}

/** All guests that were started and not ended by us, in the order of their ids. What has become of them libvirt knows. */
export async function readGuestRecords(lab: string): Promise<GuestRecord[]> {
  const files = await readdir(directoryOf(lab)).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const records = await Promise.all(files.map((file) => readIfPresent(join(directoryOf(lab), file))));
  return records
    .filter((text) => text !== undefined && text !== '')
    .map((text) => parseRecord(text ?? ''))
    .sort((left, right) => left.id - right.id);
}

function parseRecord(text: string): GuestRecord {
  // Written by this module, below a directory of root's.
  return JSON.parse(text) as GuestRecord;
}

async function writeExclusively(path: string, record: GuestRecord): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(record), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

function directoryOf(lab: string): string {
  return join(labDirectory(lab), 'guests');
}

function pathOf(lab: string, id: number): string {
  return join(directoryOf(lab), `${id}.json`);
}
