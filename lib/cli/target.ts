import type { RecoveryTarget } from '../migration/index.js';
import { readJournal } from '../migration/index.js';
import type { Shown } from './display.js';
import { type HostFlags, hostsOf } from './host-flags.js';
import { present } from './present.js';

/** The migration that a command is about, as the API wants it: hosts and guest, or the journal that names them. */
export function targetOf(domain: string | undefined, flags: HostFlags): RecoveryTarget {
  return present({ ...hostsOf(flags), domain, journal: flags.journal });
}

/** The same for the eye. */
export function shownOf({ source, destination, domain, journal }: RecoveryTarget): Shown {
  const record = journal === undefined ? undefined : readJournal(journal);
  return {
    domain: domain ?? record?.domain ?? '',
    source: source ?? record?.source ?? '',
    destination: destination ?? record?.destination ?? '',
  };
}

export const TARGET_HELP = 'name or UUID of the guest; may be left out with --journal';
