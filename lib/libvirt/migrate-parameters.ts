import type { ParameterTable } from './typed-parameters.js';

/** The typed parameters of a migration: all `VIR_MIGRATE_PARAM_…` of libvirt 11.3. What is left out, libvirt decides. */
export interface MigrateParameters {
  /** Where the source sends memory to: `tcp://host[:port]`, `rdma://host` or `unix:///path`, as the source reaches it. */
  migrateUri?: string;
  /** Name of the domain on the destination. */
  destinationName?: string;
  /** Its XML there: only what concerns the host may differ, and the name must not. */
  destinationXml?: string;
  /** Its persistent XML there, with the flag PERSIST_DEST. */
  persistentXml?: string;
  /** Limit in MiB/s; 0 means that libvirt chooses. */
  bandwidthMebibytesPerSecond?: number;
  /** Limit of the post-copy phase in MiB/s; 0 means none. */
  bandwidthPostCopyMebibytesPerSecond?: number;
  /** What is available for the stop-and-copy in MiB/s, for the estimate of the pause. Since libvirt 11.1. */
  bandwidthAvailableSwitchoverMebibytesPerSecond?: number;
  /** Where clients of the graphical console are sent: `spice://host:port/?tlsPort=…`. */
  graphicsUri?: string;
  /** Address on which the destination listens for memory. */
  listenAddress?: string;
  /** Disks to copy, by target (`vda`) or source path; the flags NON_SHARED_DISK and NON_SHARED_INC are about them. */
  migrateDisks?: readonly string[];
  /** Those of them in which blocks of zeroes are not sent. The destination's must read as zeroes. Since libvirt 10.9. */
  migrateDisksDetectZeroes?: readonly string[];
  /** Port on which the destination listens for disks; 0 means that libvirt chooses. */
  disksPort?: number;
  /** URI for disks: `tcp://host:port` or `unix:///path`. */
  disksUri?: string;
  /** Compression methods: `xbzrle`, `mt`, `zlib`, `zstd`; the last two with PARALLEL only. */
  compression?: readonly string[];
  /** Level of multithread compression, 0 (none) to 9. */
  compressionMtLevel?: number;
  /** Threads that compress. */
  compressionMtThreads?: number;
  /** Threads that decompress. */
  compressionMtDecompressionThreads?: number;
  /** Cache of XBZRLE in bytes. */
  compressionXbzrleCacheBytes?: number;
  /** Level of zlib, 0 to 9. Since libvirt 9.4. */
  compressionZlibLevel?: number;
  /** Level of zstd, 0 to 20. Since libvirt 9.4. */
  compressionZstdLevel?: number;
  /** What the guest's CPUs are throttled by at first, with AUTO_CONVERGE: per cent, 1 to 99. */
  autoConvergeInitialPercent?: number;
  /** What is added each time that was not enough: per cent, 1 to 99. */
  autoConvergeIncrementPercent?: number;
  /** Connections side by side, with PARALLEL. */
  parallelConnections?: number;
  /** The host name that the destination's certificate must have, with TLS. */
  tlsDestination?: string;
}

/** Field ↔ libvirt's key ↔ type. A test compares it with libvirt's API description. */
export const MIGRATE_PARAMETERS: ParameterTable<keyof MigrateParameters> = {
  migrateUri: { key: 'migrate_uri', type: 'string', since: '1.1.0' },
  destinationName: { key: 'destination_name', type: 'string', since: '1.1.0' },
  destinationXml: { key: 'destination_xml', type: 'string', since: '1.1.0' },
  persistentXml: { key: 'persistent_xml', type: 'string', since: '1.3.4' },
  bandwidthMebibytesPerSecond: { key: 'bandwidth', type: 'ullong', since: '1.1.0' },
  bandwidthPostCopyMebibytesPerSecond: { key: 'bandwidth.postcopy', type: 'ullong', since: '5.1.0' },
  bandwidthAvailableSwitchoverMebibytesPerSecond: {
    key: 'bandwidth.avail.switchover',
    type: 'ullong',
    since: '11.1.0',
  },
  graphicsUri: { key: 'graphics_uri', type: 'string', since: '1.1.0' },
  listenAddress: { key: 'listen_address', type: 'string', since: '1.1.4' },
  migrateDisks: { key: 'migrate_disks', type: 'string', list: true, since: '1.2.17' },
  migrateDisksDetectZeroes: { key: 'migrate_disks_detect_zeroes', type: 'string', list: true, since: '10.9.0' },
  disksPort: { key: 'disks_port', type: 'int', since: '1.3.3', range: [0, 65535] },
  disksUri: { key: 'disks_uri', type: 'string', since: '6.8.0' },
  compression: { key: 'compression', type: 'string', list: true, since: '1.3.4' },
  compressionMtLevel: { key: 'compression.mt.level', type: 'int', since: '1.3.4', range: [0, 9] },
  compressionMtThreads: { key: 'compression.mt.threads', type: 'int', since: '1.3.4', range: [1, 2 ** 31 - 1] },
  compressionMtDecompressionThreads: {
    key: 'compression.mt.dthreads',
    type: 'int',
    since: '1.3.4',
    range: [1, 2 ** 31 - 1],
  },
  compressionXbzrleCacheBytes: { key: 'compression.xbzrle.cache', type: 'ullong', since: '1.3.4' },
  compressionZlibLevel: { key: 'compression.zlib.level', type: 'int', since: '9.4.0', range: [0, 9] },
  compressionZstdLevel: { key: 'compression.zstd.level', type: 'int', since: '9.4.0', range: [0, 20] },
  autoConvergeInitialPercent: { key: 'auto_converge.initial', type: 'int', since: '2.0.0', range: [1, 99] },
  autoConvergeIncrementPercent: { key: 'auto_converge.increment', type: 'int', since: '2.0.0', range: [1, 99] },
  parallelConnections: { key: 'parallel.connections', type: 'int', since: '5.2.0', range: [1, 255] },
  tlsDestination: { key: 'tls.destination', type: 'string', since: '6.0.0' },
};
