import { DomainJobOperation, DomainJobType } from './constants.generated.js';
import { camelNameOf, type NamesOf } from './names.js';
import type { NativeValues } from './native.js';
import { fromParameters, type ParameterTable } from './typed-parameters.js';

/**
 * Statistics of a job (`virDomainGetJobStats`), running or completed. libvirt leaves out what does not apply. Keys that
 * precopy does not know are there under libvirt's own names.
 */
export interface JobStats {
  /** What kind of job: `none` where there is none, `unbounded` a migration in progress, `completed` a past one. */
  type: NamesOf<typeof DomainJobType>;
  /** What it does: `migrationOut`, `migrationIn`, `save`, … */
  operation?: NamesOf<typeof DomainJobOperation>;
  /** Since the start, as the wall clocks of both hosts say it. */
  elapsedMs?: number;
  /** The same without the time for which the network made the guest wait between the hosts. */
  elapsedNetMs?: number;
  /** Remaining, for a job that can tell. */
  remainingMs?: number;
  /** While the job runs: QEMU's expected pause, dirty bytes at the last sync divided by bandwidth. Completed: the pause. */
  downtimeMs?: number;
  /** The pause without the network's share. */
  downtimeNetMs?: number;
  /** Time to set the migration up. */
  setupMs?: number;
  /** All data: memory and disks. */
  dataTotalBytes?: number;
  dataProcessedBytes?: number;
  dataRemainingBytes?: number;
  memoryTotalBytes?: number;
  memoryProcessedBytes?: number;
  /** A saw-tooth: it rises at every sync. */
  memoryRemainingBytes?: number;
  /** Pages of zeroes, which cost next to nothing (a number of pages). */
  memoryConstantPages?: number;
  /** Pages sent as they are (a number of pages). */
  memoryNormalPages?: number;
  memoryNormalBytes?: number;
  /** Throughput as QEMU computes it; it goes on saying so when the link is cut. */
  memoryBytesPerSecond?: number;
  /** Pages dirtied at least once, per second. */
  memoryDirtyPagesPerSecond?: number;
  /** Synchronisations of the dirty bitmap, which are not passes: with auto-converge there are more. */
  memoryIteration?: number;
  /** Pages that post-copy has asked for. */
  memoryPostCopyRequests?: number;
  memoryPageBytes?: number;
  diskTotalBytes?: number;
  diskProcessedBytes?: number;
  diskRemainingBytes?: number;
  diskBytesPerSecond?: number;
  /** XBZRLE's cache. */
  compressionCacheBytes?: number;
  compressionBytes?: number;
  compressionPages?: number;
  compressionCacheMisses?: number;
  compressionOverflows?: number;
  /** What the guest's CPUs are throttled by: per cent. */
  autoConvergeThrottlePercent?: number;
  /** Only of completed jobs. */
  success?: boolean;
  /** Why it failed. */
  errorMessage?: string;
  /** Scratch space of a backup. */
  diskTempUsedBytes?: number;
  diskTempTotalBytes?: number;
  /** State of passed-through devices that has been sent. Since libvirt 10.6. */
  vfioDataTransferredBytes?: number;
  /** What a newer libvirt adds. */
  [unknown: string]: number | boolean | string | undefined;
}

const ullong = (key: string, since: string) => ({ key, type: 'ullong', since }) as const;

/** Field ↔ libvirt's key ↔ type. A test compares it with libvirt's API description. */
export const JOB_STATS: ParameterTable = {
  operation: { key: 'operation', type: 'int', since: '3.3.0' },
  elapsedMs: ullong('time_elapsed', '1.0.3'),
  elapsedNetMs: ullong('time_elapsed_net', '1.2.15'),
  remainingMs: ullong('time_remaining', '1.0.3'),
  downtimeMs: ullong('downtime', '1.0.3'),
  downtimeNetMs: ullong('downtime_net', '1.2.15'),
  setupMs: ullong('setup_time', '1.2.9'),
  dataTotalBytes: ullong('data_total', '1.0.3'),
  dataProcessedBytes: ullong('data_processed', '1.0.3'),
  dataRemainingBytes: ullong('data_remaining', '1.0.3'),
  memoryTotalBytes: ullong('memory_total', '1.0.3'),
  memoryProcessedBytes: ullong('memory_processed', '1.0.3'),
  memoryRemainingBytes: ullong('memory_remaining', '1.0.3'),
  memoryConstantPages: ullong('memory_constant', '1.0.3'),
  memoryNormalPages: ullong('memory_normal', '1.0.3'),
  memoryNormalBytes: ullong('memory_normal_bytes', '1.0.3'),
  memoryBytesPerSecond: ullong('memory_bps', '1.2.9'),
  memoryDirtyPagesPerSecond: ullong('memory_dirty_rate', '1.3.1'),
  memoryIteration: ullong('memory_iteration', '1.3.1'),
  memoryPostCopyRequests: ullong('memory_postcopy_requests', '5.0.0'),
  memoryPageBytes: ullong('memory_page_size', '3.9.0'),
  diskTotalBytes: ullong('disk_total', '1.0.3'),
  diskProcessedBytes: ullong('disk_processed', '1.0.3'),
  diskRemainingBytes: ullong('disk_remaining', '1.0.3'),
  diskBytesPerSecond: ullong('disk_bps', '1.2.9'),
  compressionCacheBytes: ullong('compression_cache', '1.0.3'),
  compressionBytes: ullong('compression_bytes', '1.0.3'),
  compressionPages: ullong('compression_pages', '1.0.3'),
  compressionCacheMisses: ullong('compression_cache_misses', '1.0.3'),
  compressionOverflows: ullong('compression_overflow', '1.0.3'),
  autoConvergeThrottlePercent: { key: 'auto_converge_throttle', type: 'int', since: '2.0.0' },
  success: { key: 'success', type: 'boolean', since: '6.0.0' },
  errorMessage: { key: 'errmsg', type: 'string', since: '6.3.0' },
  diskTempUsedBytes: ullong('disk_temp_used', '6.0.0'),
  diskTempTotalBytes: ullong('disk_temp_total', '6.0.0'),
  vfioDataTransferredBytes: ullong('vfio_data_transferred', '10.6.0'),
};

/** Makes statistics of libvirt's typed parameters. */
export function toJobStats(type: number, values: NativeValues): JobStats {
  const stats: JobStats = { ...fromParameters(JOB_STATS, values), type: camelNameOf(DomainJobType, type) };
  if ('operation' in values) stats.operation = camelNameOf(DomainJobOperation, values.operation);
  return stats;
}
