import { DomainMigrateFlags, type MigrateParameters } from '../libvirt/index.js';
import type { Settings } from '../policy/index.js';
import type { Control } from './control.js';
import type { ResolvedOptions } from './options.js';

const MEBIBYTE = 1024 * 1024;

/** The one long call of a migration, as libvirt wants it. */
export interface MigrateCall {
  flags: number;
  parameters: MigrateParameters;
}

/** What was decided after the options were given. */
export interface CallTerms {
  control: Control;
  settings: Settings;
  safety: 'strict' | 'guarded';
}

/** Translates options into libvirt's flags and typed parameters. Pure. */
export function migrateCall(options: ResolvedOptions, { control, settings, safety }: CallTerms): MigrateCall {
  const { transport } = options;
  const compressed = transport.compression !== undefined;
  const switches: [boolean | undefined, number][] = [
    [options.mode === 'live', DomainMigrateFlags.LIVE],
    [options.mode === 'offline', DomainMigrateFlags.OFFLINE],
    [control === 'peer-to-peer', DomainMigrateFlags.PEER2PEER],
    [safety === 'strict', DomainMigrateFlags.PAUSED],
    [options.persistDestination, DomainMigrateFlags.PERSIST_DEST],
    [options.undefineSource, DomainMigrateFlags.UNDEFINE_SOURCE],
    [options.allowUnsafe, DomainMigrateFlags.UNSAFE],
    [options.copyDisks !== undefined, DomainMigrateFlags.NON_SHARED_DISK],
    [transport.parallel !== undefined, DomainMigrateFlags.PARALLEL],
    [compressed, DomainMigrateFlags.COMPRESSED],
    [settings.autoConverge !== undefined, DomainMigrateFlags.AUTO_CONVERGE],
    [settings.postCopy, DomainMigrateFlags.POSTCOPY],
    [transport.tls !== undefined && transport.tls !== false, DomainMigrateFlags.TLS],
  ];
  const flags = switches.reduce((sum, [wanted, flag]) => (wanted ? sum | flag : sum), 0);

  const candidates: { [K in keyof MigrateParameters]: MigrateParameters[K] | undefined } = {
    destinationName: options.destinationName,
    destinationXml: options.destinationXml,
    migrateDisks: options.copyDisks,
    migrateUri: transport.migrateUri,
    listenAddress: transport.listenAddress,
    bandwidthMebibytesPerSecond:
      transport.bandwidthBytesPerSecond === undefined ? undefined : transport.bandwidthBytesPerSecond / MEBIBYTE,
    parallelConnections: transport.parallel,
    autoConvergeInitialPercent: percent(settings.autoConverge?.initial),
    autoConvergeIncrementPercent: percent(settings.autoConverge?.increment),
    compression: transport.compression === undefined ? undefined : [transport.compression],
    tlsDestination: typeof transport.tls === 'string' ? transport.tls : undefined,
  };
  return {
    flags,
    parameters: Object.fromEntries(Object.entries(candidates).filter(([, value]) => value !== undefined)),
  };
}

/** libvirt counts a throttle in whole per cent, from 1 to 99. */
function percent(fraction: number | undefined): number | undefined {
  return fraction === undefined ? undefined : Math.min(Math.max(Math.round(fraction * 100), 1), 99);
}
