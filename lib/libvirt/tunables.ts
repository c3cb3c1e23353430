import type { ParameterTable } from './typed-parameters.js';

/**
 * Scheduler parameters: all `VIR_DOMAIN_SCHEDULER_…` of libvirt 11.3. QEMU's (posix) are cpuShares and the quotas and
 * periods; a quota is the CPU time that may be used in a period, negative for no limit.
 */
export interface SchedulerParameters {
  /** Relative weight against other domains. */
  cpuShares?: number;
  globalPeriodMicroseconds?: number;
  globalQuotaMicroseconds?: number;
  /** Per virtual CPU. */
  vcpuPeriodMicroseconds?: number;
  vcpuQuotaMicroseconds?: number;
  emulatorPeriodMicroseconds?: number;
  emulatorQuotaMicroseconds?: number;
  iothreadPeriodMicroseconds?: number;
  iothreadQuotaMicroseconds?: number;
  /** Xen's credit scheduler. */
  weight?: number;
  cap?: number;
  /** VMware's allocation scheduler. */
  reservation?: number;
  limit?: number;
  shares?: number;
}

/** Memory limits of the cgroup: all `VIR_DOMAIN_MEMORY_…` of libvirt 11.3. 9007199254740991 means no limit. */
export interface MemoryParameters {
  hardLimitKibibytes?: number;
  softLimitKibibytes?: number;
  minGuaranteeKibibytes?: number;
  swapHardLimitKibibytes?: number;
}

/** Field ↔ libvirt's key ↔ type. A test compares it with libvirt's API description. */
export const SCHEDULER_PARAMETERS: ParameterTable<keyof SchedulerParameters> = {
  cpuShares: { key: 'cpu_shares', type: 'ullong', since: '0.9.7' },
  globalPeriodMicroseconds: { key: 'global_period', type: 'ullong', since: '1.3.3' },
  globalQuotaMicroseconds: { key: 'global_quota', type: 'llong', since: '1.3.3' },
  vcpuPeriodMicroseconds: { key: 'vcpu_period', type: 'ullong', since: '0.9.7' },
  vcpuQuotaMicroseconds: { key: 'vcpu_quota', type: 'llong', since: '0.9.7' },
  emulatorPeriodMicroseconds: { key: 'emulator_period', type: 'ullong', since: '0.10.0' },
  emulatorQuotaMicroseconds: { key: 'emulator_quota', type: 'llong', since: '0.10.0' },
  iothreadPeriodMicroseconds: { key: 'iothread_period', type: 'ullong', since: '2.2.0' },
  iothreadQuotaMicroseconds: { key: 'iothread_quota', type: 'llong', since: '2.2.0' },
  weight: { key: 'weight', type: 'uint', since: '0.9.7' },
  cap: { key: 'cap', type: 'uint', since: '0.9.7' },
  reservation: { key: 'reservation', type: 'llong', since: '0.9.7' },
  limit: { key: 'limit', type: 'llong', since: '0.9.7' },
  shares: { key: 'shares', type: 'int', since: '0.9.7' },
};

/** Field ↔ libvirt's key ↔ type. A test compares it with libvirt's API description. */
export const MEMORY_PARAMETERS: ParameterTable<keyof MemoryParameters> = {
  hardLimitKibibytes: { key: 'hard_limit', type: 'ullong', since: '0.8.5' },
  softLimitKibibytes: { key: 'soft_limit', type: 'ullong', since: '0.8.5' },
  minGuaranteeKibibytes: { key: 'min_guarantee', type: 'ullong', since: '0.8.5' },
  swapHardLimitKibibytes: { key: 'swap_hard_limit', type: 'ullong', since: '0.8.5' },
};
