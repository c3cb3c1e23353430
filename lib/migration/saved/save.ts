import type { Domain, SaveParameters } from '../../libvirt/index.js';
import { abortSignal, anyObject, checkOptions, oneOf, type Rules, text } from '../../validation.js';
import { requireGuest } from '../connect.js';
import { withDeadline } from '../deadline.js';
import { JobReader } from '../job.js';
import { type DeadlineOptions, type Host, hostRule, resolveDeadlines } from '../options.js';
import { type HostIdentity, MigrationError } from '../result.js';
import { Side } from '../side.js';
import { aborted, absolutePath, type Image, placeAfterSave, readImage } from './image.js';

const FORMATS = ['raw', 'zstd', 'lzop', 'gzip', 'bzip2', 'xz'] as const;

export interface SaveOptions {
  source: Host;
  /** The guest's name or UUID on the source. */
  domain: string;
  /** Where its memory goes: an absolute path on the source, for example on a file system that the destination reaches too. */
  file: string;
  /** The whole domain XML to save instead of its own. */
  destinationXml?: string;
  /** How the file is compressed; by default as the host's qemu.conf says. Needs libvirt 11.2. */
  format?: (typeof FORMATS)[number];
  deadlines?: DeadlineOptions;
  /** Aborts the save: the guest runs on where it was. */
  signal?: AbortSignal;
}

/** A guest that was saved. */
export interface Saved {
  /** Where it is: nowhere but in the file. */
  owner: 'file';
  domain: Image;
  file: string;
  source: HostIdentity;
  /** From the call to the end of the save, all of which the guest stood still but the beginning. */
  totalMs: number;
}

const rules: Rules<SaveOptions> = {
  ...{ source: hostRule, domain: text, file: absolutePath, destinationXml: text, format: oneOf(...FORMATS) },
  ...{ deadlines: anyObject, signal: abortSignal },
};

const REMEDIES: Record<Exclude<ReturnType<typeof placeAfterSave>, 'file'>, string> = {
  source: 'The guest is on the source as before; mend the cause and save again.',
  neither:
    'Neither the host nor the file has the guest: look into its log on the host, then start it anew from its disks.',
  unknown: 'The host does not answer: do not restore the file before it was asked or fenced.',
};

/**
 * Stops a guest and writes its memory into a file, from which `restore()` runs it again: on another host, too, that reaches the file and
 * the disks. The pause lasts until then.
 *
 * ```ts
 * await save({ source: 'qemu+tls://a/system', domain: 'db1', file: '/shared/db1.saved' });
 * await restore({ destination: 'qemu+tls://b/system', file: '/shared/db1.saved' });
 * ```
 *
 * @throws InvalidArgumentError before anything is touched
 * @throws MigrationError with the guest's `owner` (`source`, `neither` or `unknown`) when it was not saved; `ERR_PRECOPY_FILE_TAKEN` when the
 *   file holds a guest already, `ERR_PRECOPY_ABORTED`, `ERR_PRECOPY_SAVE_FAILED`, …
 */
export async function save(options: SaveOptions): Promise<Saved> {
  checkOptions<SaveOptions>('', options, rules, ['source', 'domain', 'file']);
  const deadlines = resolveDeadlines(options.deadlines);
  const { file, signal } = options;
  const startedAtMs = performance.now();
  const side = await Side.connect('source', options.source, deadlines);
  try {
    const guest = await requireGuest(side, options.domain);
    await requireSavable(side, guest, file, deadlines.callMs);
    if (signal?.aborted) throw aborted(signal);
    const failure = await saveGuest(side, guest, options).then(
      () => undefined,
      (error: unknown) => error,
    );
    const host = await side.observe(guest.uuid);
    const image = await readImage(side, file, deadlines.callMs).catch(() => undefined);
    const owner = placeAfterSave(host, image?.uuid === guest.uuid);
    if (owner === 'file') {
      const totalMs = performance.now() - startedAtMs;
      return { owner, domain: { name: guest.name, uuid: guest.uuid }, file, source: side.identity, totalMs };
    }
    const why = failure instanceof Error ? failure.message : 'libvirt reported success, and yet it is not in the file';
    throw signal?.aborted
      ? new MigrationError('ERR_PRECOPY_ABORTED', aborted(signal).message, { owner, remedy: REMEDIES[owner] })
      : new MigrationError('ERR_PRECOPY_SAVE_FAILED', `The guest '${guest.name}' was not saved: ${why}`, {
          ...{ owner, remedy: REMEDIES[owner], cause: failure },
        });
  } finally {
    await side.close();
  }
}

/** On the data connection, since it takes long; an abort goes over the control connection. */
async function saveGuest(side: Side, guest: Domain, { file, destinationXml, format, signal }: SaveOptions) {
  const domain = await side.data.domainLookupByUUID(guest.uuid);
  const parameters: SaveParameters = {
    file,
    ...(destinationXml === undefined ? {} : { destinationXml }),
    ...(format === undefined ? {} : { imageFormat: format }),
  };
  const onAbort = () => void guest.abortJob().catch(() => {}); // what became of it is seen at the end
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await domain.saveParams(parameters);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Refuses at once what libvirt would refuse after half a minute, or not at all. */
async function requireSavable(side: Side, guest: Domain, file: string, callMs: number): Promise<void> {
  const refuse = (code: string, message: string, remedy: string): never => {
    throw new MigrationError(code, message, { owner: 'source', remedy });
  };
  const { state } = await withDeadline(guest.getState(), callMs, "Asking the source for the guest's state");
  if (state !== 'running' && state !== 'paused') {
    refuse(
      'ERR_PRECOPY_DOMAIN_NOT_RUNNING',
      `The guest '${guest.name}' is ${state}: it has no memory to save`,
      'Start it.',
    );
  }
  const job = await new JobReader(async () => guest, callMs).read();
  if (job !== undefined) {
    refuse(
      'ERR_PRECOPY_JOB_ACTIVE',
      `The guest '${guest.name}' has a job in flight: ${job.operation ?? 'unknown'}`,
      'Wait for the job to end, or abort it.',
    );
  }
  const image = await readImage(side, file, callMs);
  if (image !== undefined) {
    refuse(
      'ERR_PRECOPY_FILE_TAKEN',
      `${file} holds a guest already: '${image.name}', UUID ${image.uuid}`,
      'Name another file, or remove this one if nobody needs it any more.',
    );
  }
}
