import { PrecopyError } from '../../errors.js';
import type { RestoreParameters } from '../../libvirt/index.js';
import { anyObject, checkOptions, type Rules, text } from '../../validation.js';
import { type DeadlineOptions, type Host, hostRule, resolveDeadlines } from '../options.js';
import { type HostIdentity, MigrationError } from '../result.js';
import { Side } from '../side.js';
import { absolutePath, type Image, placeAfterRestore, readImage } from './image.js';

export interface RestoreOptions {
  destination: Host;
  /** The file that `save()` wrote: an absolute path, as the destination sees it. */
  file: string;
  /** The host that it was saved on: it is made sure then that the guest does not run there. */
  source?: Host;
  /** The whole domain XML to run it with; libvirt refuses changes that the guest could see. */
  destinationXml?: string;
  deadlines?: DeadlineOptions;
}

/** A guest that was restored. */
export interface Restored {
  owner: 'destination';
  domain: Image;
  /** What the guest does now: `running`, or `paused` if it was so when it was saved. */
  state: string;
  /** Where it came from: libvirt leaves the file there, and to restore it again would run old memory on newer disks. */
  file: string;
  destination: HostIdentity;
  totalMs: number;
}

const rules: Rules<RestoreOptions> = {
  ...{ destination: hostRule, file: absolutePath, source: hostRule, destinationXml: text, deadlines: anyObject },
};

const REMEDIES: Record<Exclude<ReturnType<typeof placeAfterRestore>, 'destination'>, string> = {
  file: 'The guest is in its file as before; mend the cause and restore it again.',
  unknown: 'The host does not answer: do not restore the file elsewhere before it was asked or fenced.',
};

/**
 * Runs a guest that `save()` wrote into a file. Restore each file once, and remove it then.
 *
 * @throws InvalidArgumentError before anything is touched
 * @throws MigrationError with the guest's `owner` when it was not restored: `file`, `unknown`, or the host that has it already
 *   (`ERR_PRECOPY_DOMAIN_EXISTS`); PrecopyError `ERR_PRECOPY_NO_SAVED_GUEST` when the file holds none
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  checkOptions<RestoreOptions>('', options, rules, ['destination', 'file']);
  const deadlines = resolveDeadlines(options.deadlines);
  const { file, destinationXml } = options;
  const startedAtMs = performance.now();
  const side = await Side.connect('destination', options.destination, deadlines);
  try {
    const domain = await readImage(side, file, deadlines.callMs);
    if (domain === undefined) {
      throw new PrecopyError(
        'ERR_PRECOPY_NO_SAVED_GUEST',
        `${file} on ${side.identity.hostname} holds no saved guest`,
        {
          remedy: 'Name the file that save() wrote, as the destination sees it.',
        },
      );
    }
    await requireAbsent(side, domain, file);
    if (options.source !== undefined) {
      const source = await Side.connect('source', options.source, deadlines);
      await requireAbsent(source, domain, file).finally(() => source.close());
    }
    const parameters: RestoreParameters = { file, ...(destinationXml === undefined ? {} : { destinationXml }) };
    const failure = await side.data.domainRestoreParams(parameters).then(
      () => undefined,
      (error: unknown) => error,
    );
    const host = await side.observe(domain.uuid);
    const owner = placeAfterRestore(host);
    if (owner === 'destination' && host.seen === 'present') {
      const totalMs = performance.now() - startedAtMs;
      return { owner, domain, state: host.state, file, destination: side.identity, totalMs };
    }
    throw failed(domain, failure, owner === 'unknown' ? 'unknown' : 'file');
  } finally {
    await side.close();
  }
}

function failed({ name }: Image, failure: unknown, owner: keyof typeof REMEDIES): MigrationError {
  const why = failure instanceof Error ? failure.message : 'libvirt reported success, and yet it is not there';
  return new MigrationError('ERR_PRECOPY_RESTORE_FAILED', `The guest '${name}' was not restored: ${why}`, {
    ...{ owner, remedy: REMEDIES[owner], cause: failure },
  });
}

/** A guest that has gone on since it was saved must not be run a second time. */
async function requireAbsent(side: Side, { name, uuid }: Image, file: string): Promise<void> {
  const view = await side.observe(uuid);
  if (view.seen === 'absent') return;
  const where = `the ${side.role} (${side.identity.hostname})`;
  if (view.seen === 'unreachable') {
    throw new MigrationError('ERR_PRECOPY_UNREACHABLE', `${where} does not say whether it has '${name}': ${view.why}`, {
      ...{ owner: 'unknown', remedy: REMEDIES.unknown },
    });
  }
  throw new MigrationError('ERR_PRECOPY_DOMAIN_EXISTS', `'${name}' is ${view.state} on ${where}`, {
    owner: side.role,
    remedy: `It has gone on since it was saved: ${file} is out of date, do not restore it.`,
  });
}
