/** KubeVirt's MigrationConfiguration, by the names of its fields, and its defaults. */
export interface KubevirtOptions {
  /** `completionTimeoutPerGiB`, in seconds; 0 turns it off. Default 150. */
  readonly completionTimeoutSecondsPerGibibyte?: number;
  /** `progressTimeout`, in seconds; 0 turns it off. Default 150. */
  readonly progressTimeoutSeconds?: number;
  /** `maxDowntimeMs`. Default 900. */
  readonly maxDowntimeMs?: number;
  /** `allowPostCopy`. Default false. */
  readonly allowPostCopy?: boolean;
  /** `allowWorkloadDisruption`. Default: as `allowPostCopy`. */
  readonly allowWorkloadDisruption?: boolean;
  /** `allowAutoConverge`. Default false. */
  readonly allowAutoConverge?: boolean;
  /** The guest has devices passed through with VFIO, for which there is no post-copy. Default false. */
  readonly hasVfio?: boolean;
}

export type KubevirtConfiguration = Required<KubevirtOptions>;

export function kubevirtConfiguration(options: KubevirtOptions): KubevirtConfiguration {
  return {
    completionTimeoutSecondsPerGibibyte: 150,
    progressTimeoutSeconds: 150,
    maxDowntimeMs: 900,
    allowPostCopy: false,
    allowWorkloadDisruption: options.allowPostCopy ?? false,
    allowAutoConverge: false,
    hasVfio: false,
    ...options,
  };
}

/** How often KubeVirt's monitor looks. */
export const KUBEVIRT_POLL_MS = 400;

/** The limit that QEMU has by itself, which KubeVirt takes to be in force. */
export const QEMU_DEFAULT_LIMIT_MS = 300;

/**
 * KubeVirt's completion timeout in seconds. Its option says "per GiB", but the size is rounded up to whole units of 10^9 bytes: a guest of
 * 1 GiB counts as 2.
 *
 * @see kubevirt/kubevirt, pkg/virt-launcher/virtwrap/manager.go: getVMIMigrationDataSize
 */
export function kubevirtCompletionSeconds(
  configuration: KubevirtConfiguration,
  memoryBytes: number,
  diskBytes: number,
): number {
  return configuration.completionTimeoutSecondsPerGibibyte * Math.ceil((memoryBytes + diskBytes) / 1e9);
}
