import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { AddonMissingError } from '../errors.js';

declare const connectionBrand: unique symbol;
declare const domainBrand: unique symbol;

/** The addon's handle on a connection. */
export interface NativeConnection {
  readonly [connectionBrand]: true;
}

/** The addon's handle on a domain. */
export interface NativeDomain {
  readonly [domainBrand]: true;
}

/** A domain as the addon returns it: name and UUID never change for one handle. */
export interface NativeDomainIdentity {
  readonly handle: NativeDomain;
  readonly name: string;
  readonly uuid: string;
}

/** What the addon's promises are rejected with; `translateFailure` makes error classes of it. */
export interface NativeFailure {
  readonly kind: 'libvirt' | 'argument' | 'closed' | 'unsupported' | 'internal';
  readonly message: string;
  readonly number: number;
  readonly domain: number;
  readonly level: number;
  readonly str1: string;
  readonly str2: string;
  readonly str3: string;
  readonly int1: number;
  readonly int2: number;
}

export type NativeScalar = number | boolean | string | undefined;
export type NativeRecord = Readonly<Record<string, NativeScalar>>;
export type NativeValues = Readonly<Record<string, number | boolean | string>>;

/** The types of libvirt's typed parameters. */
export type ParameterType = 'int' | 'uint' | 'llong' | 'ullong' | 'double' | 'boolean' | 'string';
export type NativeParameter = readonly [name: string, type: ParameterType, value: number | boolean | string];

export interface NativeEventDomain {
  readonly name?: string;
  readonly uuid?: string;
  readonly id?: number;
}

export type NativeEventHandler = (
  listener: number,
  monotonicNs: bigint,
  domain: NativeEventDomain,
  fields: NativeRecord,
) => void;

type Optional<T> = T | null | undefined;
type Connect<A extends unknown[], R> = (connection: NativeConnection, ...rest: A) => Promise<R>;
type OnDomain<A extends unknown[], R> = (domain: NativeDomain, ...rest: A) => Promise<R>;
type Cpu = [
  emulator: Optional<string>,
  architecture: Optional<string>,
  machine: Optional<string>,
  type: Optional<string>,
];

/** The addon's functions: libvirt's, without `vir`. Promises only, rejected with {@link NativeFailure}. */
export interface Native {
  readonly builtOnVersion: number;
  onEvent(handler: NativeEventHandler): void;
  retain(): void;
  release(): void;
  getVersion(): Promise<number>;

  connectOpen(
    uri: string,
    flags: number,
    username: Optional<string>,
    authname: Optional<string>,
    password: Optional<string>,
    realm: Optional<string>,
  ): Promise<NativeConnection>;
  connectClose: Connect<[], void>;
  connectSetKeepAlive: Connect<[intervalSeconds: number, count: number], boolean>;
  connectIsAlive: Connect<[], boolean>;
  connectIsEncrypted: Connect<[], boolean>;
  connectIsSecure: Connect<[], boolean>;
  connectRegisterCloseCallback: Connect<[listener: number], void>;
  connectDomainEventRegisterAny: Connect<[domain: Optional<NativeDomain>, eventId: number, listener: number], number>;
  connectDomainEventDeregisterAny: Connect<[callbackId: number], void>;
  connectDomainQemuMonitorEventRegister: Connect<
    [domain: Optional<NativeDomain>, event: Optional<string>, flags: number, listener: number],
    number
  >;
  connectDomainQemuMonitorEventDeregister: Connect<[callbackId: number], void>;

  connectGetHostname: Connect<[], string>;
  connectGetURI: Connect<[], string>;
  connectGetType: Connect<[], string>;
  connectGetVersion: Connect<[], number>;
  connectGetLibVersion: Connect<[], number>;
  connectGetCapabilities: Connect<[], string>;
  connectGetSysinfo: Connect<[flags: number], string>;
  connectGetMaxVcpus: Connect<[type: Optional<string>], number>;
  connectGetDomainCapabilities: Connect<[...Cpu, flags: number], string>;
  connectCompareCPU: Connect<[xml: string, flags: number], number>;
  connectCompareHypervisorCPU: Connect<[...Cpu, xml: string, flags: number], number>;
  connectBaselineCPU: Connect<[xmls: readonly string[], flags: number], string>;
  connectBaselineHypervisorCPU: Connect<[...Cpu, xmls: readonly string[], flags: number], string>;
  connectGetCPUModelNames: Connect<[architecture: string, flags: number], string[]>;
  connectListAllDomains: Connect<[flags: number], NativeDomainIdentity[]>;
  connectGetAllDomainStats: Connect<
    [stats: number, flags: number],
    { domain: NativeDomainIdentity; values: NativeValues }[]
  >;
  nodeGetInfo: Connect<[], NativeRecord>;
  nodeGetFreeMemory: Connect<[], number>;
  nodeGetCellsFreeMemory: Connect<[startCell: number, maxCells: number], number[]>;
  nodeGetFreePages: Connect<
    [pageSizesKibibytes: readonly number[], startCell: number, cellCount: number, flags: number],
    number[]
  >;
  nodeGetCPUStats: Connect<[cpu: number, flags: number], NativeRecord>;
  nodeGetMemoryStats: Connect<[cell: number, flags: number], NativeRecord>;

  domainLookupByName: Connect<[name: string], NativeDomainIdentity>;
  domainLookupByUUIDString: Connect<[uuid: string], NativeDomainIdentity>;
  domainLookupByID: Connect<[id: number], NativeDomainIdentity>;
  domainCreateXML: Connect<[xml: string, flags: number], NativeDomainIdentity>;
  domainDefineXMLFlags: Connect<[xml: string, flags: number], NativeDomainIdentity>;
  domainRestoreFlags: Connect<[file: string, destinationXml: Optional<string>, flags: number], void>;
  domainRestoreParams: Connect<[parameters: readonly NativeParameter[], flags: number], void>;
  domainSaveImageGetXMLDesc: Connect<[file: string, flags: number], string>;
  domainSaveImageDefineXML: Connect<[file: string, xml: string, flags: number], void>;
  domainListGetStats(
    domains: readonly NativeDomain[],
    stats: number,
    flags: number,
  ): Promise<{ domain: NativeDomainIdentity; values: NativeValues }[]>;

  domainGetState: OnDomain<[flags: number], { state: number; reason: number }>;
  domainGetInfo: OnDomain<[], NativeRecord>;
  domainGetID: OnDomain<[], number | null>;
  domainGetXMLDesc: OnDomain<[flags: number], string>;
  domainGetHostname: OnDomain<[flags: number], string>;
  domainGetOSType: OnDomain<[], string>;
  domainIsActive: OnDomain<[], boolean>;
  domainIsPersistent: OnDomain<[], boolean>;
  domainIsUpdated: OnDomain<[], boolean>;
  domainGetControlInfo: OnDomain<[flags: number], NativeRecord>;
  domainGetMessages: OnDomain<[flags: number], string[]>;
  domainCreateWithFlags: OnDomain<[flags: number], void>;
  domainSuspend: OnDomain<[], void>;
  domainResume: OnDomain<[], void>;
  domainDestroyFlags: OnDomain<[flags: number], void>;
  domainShutdownFlags: OnDomain<[flags: number], void>;
  domainReboot: OnDomain<[flags: number], void>;
  domainReset: OnDomain<[flags: number], void>;
  domainUndefineFlags: OnDomain<[flags: number], void>;
  domainAttachDeviceFlags: OnDomain<[xml: string, flags: number], void>;
  domainDetachDeviceFlags: OnDomain<[xml: string, flags: number], void>;
  domainDetachDeviceAlias: OnDomain<[alias: string, flags: number], void>;
  domainUpdateDeviceFlags: OnDomain<[xml: string, flags: number], void>;
  domainSaveFlags: OnDomain<[file: string, destinationXml: Optional<string>, flags: number], void>;
  domainSaveParams: OnDomain<[parameters: readonly NativeParameter[], flags: number], void>;
  domainManagedSave: OnDomain<[flags: number], void>;
  domainManagedSaveRemove: OnDomain<[flags: number], void>;
  domainManagedSaveGetXMLDesc: OnDomain<[flags: number], string>;
  domainManagedSaveDefineXML: OnDomain<[xml: string, flags: number], void>;
  domainHasManagedSaveImage: OnDomain<[flags: number], boolean>;
  domainGetAutostart: OnDomain<[], boolean>;
  domainSetAutostart: OnDomain<[enabled: boolean], void>;
  domainGetAutostartOnce: OnDomain<[], boolean>;
  domainSetAutostartOnce: OnDomain<[enabled: boolean], void>;

  domainMigrate3: OnDomain<
    [destination: NativeConnection, parameters: readonly NativeParameter[], flags: number],
    NativeDomainIdentity
  >;
  domainMigrateToURI3: OnDomain<
    [destinationUri: Optional<string>, parameters: readonly NativeParameter[], flags: number],
    void
  >;
  domainMigrateStartPostCopy: OnDomain<[flags: number], void>;
  domainAbortJob: OnDomain<[], void>;
  domainAbortJobFlags: OnDomain<[flags: number], void>;
  domainGetJobInfo: OnDomain<[], NativeRecord>;
  domainGetJobStats: OnDomain<[flags: number], { type: number; values: NativeValues }>;
  domainMigrateGetMaxDowntime: OnDomain<[flags: number], number>;
  domainMigrateSetMaxDowntime: OnDomain<[milliseconds: number, flags: number], void>;
  domainMigrateGetMaxSpeed: OnDomain<[flags: number], number>;
  domainMigrateSetMaxSpeed: OnDomain<[mebibytesPerSecond: number, flags: number], void>;
  domainMigrateGetCompressionCache: OnDomain<[flags: number], number>;
  domainMigrateSetCompressionCache: OnDomain<[bytes: number, flags: number], void>;
  domainStartDirtyRateCalc: OnDomain<[seconds: number, flags: number], void>;
  domainQemuMonitorCommand: OnDomain<[command: string, flags: number], string>;

  domainGetBlockInfo: OnDomain<[disk: string, flags: number], NativeRecord>;
  domainGetBlockJobInfo: OnDomain<[disk: string, flags: number], NativeRecord | null>;
  domainMemoryStats: OnDomain<[flags: number], NativeRecord>;
  domainGetSchedulerType: OnDomain<[], string>;
  domainGetSchedulerParametersFlags: OnDomain<[flags: number], NativeValues>;
  domainSetSchedulerParametersFlags: OnDomain<[parameters: readonly NativeParameter[], flags: number], void>;
  domainGetMemoryParameters: OnDomain<[flags: number], NativeValues>;
  domainSetMemoryParameters: OnDomain<[parameters: readonly NativeParameter[], flags: number], void>;
  domainGetBlkioParameters: OnDomain<[flags: number], NativeValues>;
  domainSetBlkioParameters: OnDomain<[parameters: readonly NativeParameter[], flags: number], void>;
  domainGetNumaParameters: OnDomain<[flags: number], NativeValues>;
  domainSetBlockThreshold: OnDomain<[device: string, thresholdBytes: number, flags: number], void>;
  domainGetMetadata: OnDomain<[type: number, uri: Optional<string>, flags: number], string>;
  domainSetMetadata: OnDomain<
    [type: number, metadata: Optional<string>, key: Optional<string>, uri: Optional<string>, flags: number],
    void
  >;
  domainGetTime: OnDomain<[flags: number], { seconds: number; nanoseconds: number }>;
  domainSetTime: OnDomain<[seconds: number, nanoseconds: number, flags: number], void>;
  domainGetVcpusFlags: OnDomain<[flags: number], number>;
  domainSetMemoryStatsPeriod: OnDomain<[seconds: number, flags: number], void>;
}

const require = createRequire(import.meta.url);

/** The folder of the package: the first one upwards that has a binding.gyp. */
function packageFolder(): string {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('binding.gyp', folder)) && folder.pathname !== '/') folder = new URL('..', folder);
  return fileURLToPath(folder);
}

function load(): Native {
  const root = packageFolder();
  try {
    // For tests only: another build of the addon, such as one with sanitizers.
    const other = process.env.PRECOPY_ADDON;
    if (other !== undefined) return require(other);
    return require('bindings')({ bindings: 'precopy', module_root: root });
  } catch (cause) {
    const commands = `cd ${root} && npm install --ignore-scripts=false && npx node-gyp rebuild`;
    throw new AddonMissingError(`the native addon of precopy cannot be loaded; build it with: ${commands}`, {
      cause,
      remedy: `Install libvirt's development package (Debian, Ubuntu: apt-get install -y libvirt-dev pkg-config g++ make python3; Fedora: dnf install -y libvirt-devel gcc-c++ make python3; Arch: pacman -S --needed libvirt gcc make pkgconf python), then: ${commands}`,
    });
  }
}

let loaded: Native | undefined;

/** The addon, loaded at the first call, so that importing precopy needs no libvirt. */
export function native(): Native {
  loaded ??= load();
  return loaded;
}
