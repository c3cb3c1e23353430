import type { Role } from '../events.js';

/** `error`: the migration would fail or harm the guest. `warning`: it may. `info`: good to know, nothing to do. */
export type Severity = 'error' | 'warning' | 'info';

interface Kind {
  readonly severity: Severity;
  /** Whether the option `allow` may turn it into a warning: where the caller can know better than what is seen from here. */
  readonly allowable?: true;
}

/** Every code that a finding can have. The order is that in which they are reported: what makes others pointless comes first. */
const KINDS = {
  unanswered: { severity: 'error' },
  'same-host': { severity: 'error' },
  'domain-not-found': { severity: 'error' },
  'domain-not-running': { severity: 'error' },
  'already-migrating': { severity: 'error' },
  'paused-by-migration': { severity: 'error' },
  'domain-exists': { severity: 'error' },
  'uuid-taken': { severity: 'error' },
  'name-taken': { severity: 'error' },
  'job-active': { severity: 'error' },
  'has-snapshots': { severity: 'error', allowable: true },
  'destination-xml-invalid': { severity: 'error' },
  'no-peer-uri': { severity: 'error' },
  'emulator-missing': { severity: 'error' },
  'virtualization-missing': { severity: 'error' },
  'machine-type-missing': { severity: 'error' },
  'too-many-vcpus': { severity: 'error' },
  'cpu-incompatible': { severity: 'error', allowable: true },
  'not-enough-memory': { severity: 'error', allowable: true },
  'not-enough-huge-pages': { severity: 'error', allowable: true },
  'tcg-before-qemu-9': { severity: 'error', allowable: true },
  'versions-too-far-apart': { severity: 'error', allowable: true },
  'disk-not-shared': { severity: 'error', allowable: true },
  'disk-missing': { severity: 'error', allowable: true },
  'disk-cache-unsafe': { severity: 'error', allowable: true },
  'copy-disk-unknown': { severity: 'error' },
  'boot-file-missing': { severity: 'error', allowable: true },
  'host-device': { severity: 'error', allowable: true },
  'device-not-migratable': { severity: 'error', allowable: true },
  'bridge-missing': { severity: 'error', allowable: true },
  'network-missing': { severity: 'error', allowable: true },
  'network-device-missing': { severity: 'error', allowable: true },
  'migration-address-unusable': { severity: 'error', allowable: true },
  'tls-not-set-up': { severity: 'error', allowable: true },
  'transport-contradictory': { severity: 'error' },
  'post-copy-impossible': { severity: 'error', allowable: true },
  'budget-contradictory': { severity: 'error', allowable: true },
  'not-checked': { severity: 'warning' },
  'direct-control': { severity: 'warning' },
  'paused-on-io-error': { severity: 'warning' },
  'paused-before-qemu-10': { severity: 'warning' },
  'cpu-passed-through': { severity: 'warning' },
  'memory-tight': { severity: 'warning' },
  'qemu-older': { severity: 'warning' },
  'libvirt-older': { severity: 'warning' },
  'disk-sharing-unproven': { severity: 'warning' },
  'bandwidth-ignored': { severity: 'warning' },
  'post-copy-slow': { severity: 'warning' },
  'budget-ambiguous': { severity: 'warning' },
  'budget-tight': { severity: 'warning' },
  paused: { severity: 'info' },
  'definition-on-destination': { severity: 'info' },
  'disk-cached': { severity: 'info' },
  'network-unproven': { severity: 'info' },
  'migration-port-unproven': { severity: 'info' },
  'post-copy-unproven': { severity: 'info' },
} as const satisfies Record<string, Kind>;

export type FindingCode = keyof typeof KINDS;

/** The codes that the option `allow` takes. */
export type AllowableCode = {
  [Code in FindingCode]: (typeof KINDS)[Code] extends { allowable: true } ? Code : never;
}[FindingCode];

// Object.keys gives string[]; the record's type says which strings.
export const FINDING_CODES = Object.keys(KINDS) as readonly FindingCode[];

export const ALLOWABLE_CODES = FINDING_CODES.filter(isAllowable);

/** Something that was found before anything was touched. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is so, with the names and figures that it was seen in. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
  /** The host that it is about, where it is about one. */
  readonly side?: Role;
}

/** Makes a finding; how severe it is lies in its code. */
export function finding(code: FindingCode, message: string, remedy: string, side?: Role): Finding {
  const { severity } = KINDS[code];
  return { code, severity, message, remedy, ...(side === undefined ? {} : { side }) };
}

export function isAllowable(code: FindingCode): code is AllowableCode {
  return 'allowable' in KINDS[code];
}
