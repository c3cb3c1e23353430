import { DomainDirtyRateStatus } from './constants.generated.js';
import type { Domain } from './domain.js';
import { camelNameOf, type NamesOf } from './names.js';
import type { NativeValues } from './native.js';

/** The result of a measurement that `startDirtyRateCalc()` began. */
export interface DirtyRate {
  /** `unstarted`, `measuring`, `measured`. */
  readonly status: NamesOf<typeof DomainDirtyRateStatus>;
  /** When it began, in seconds of the host's clock since its boot. */
  readonly startTimeSeconds: number;
  /** How long it took or takes. */
  readonly periodSeconds: number;
  /** `page-sampling`, `dirty-bitmap` or `dirty-ring`. */
  readonly mode: string;
  /** The whole guest; undefined until it is measured. */
  readonly mebibytesPerSecond: number | undefined;
  /** Each virtual CPU, with the dirty ring only. */
  readonly vcpuMebibytesPerSecond: readonly number[];
}

/** Statistics of one domain. */
export interface DomainStats {
  readonly domain: Domain;
  /** Under libvirt's own names: `state.state`, `vcpu.0.time`, `balloon.current`, … (see DomainStat). */
  readonly values: Readonly<Record<string, number | boolean | string>>;
  readonly dirtyRate: DirtyRate | undefined;
}

export function toDomainStats(domain: Domain, values: NativeValues): DomainStats {
  return { domain, values, dirtyRate: toDirtyRate(values) };
}

function toDirtyRate(values: NativeValues): DirtyRate | undefined {
  if (!('dirtyrate.calc_status' in values)) return undefined;
  const total = values['dirtyrate.megabytes_per_second'];
  const vcpus = Object.entries(values).flatMap(([key, value]): Array<readonly [number, number]> => {
    const number = /^dirtyrate\.vcpu\.(\d+)\.megabytes_per_second$/.exec(key)?.[1];
    return number === undefined ? [] : [[Number(number), Number(value)]];
  });
  return {
    status: camelNameOf(DomainDirtyRateStatus, values['dirtyrate.calc_status']),
    startTimeSeconds: Number(values['dirtyrate.calc_start_time'] ?? 0),
    periodSeconds: Number(values['dirtyrate.calc_period'] ?? 0),
    mode: String(values['dirtyrate.calc_mode'] ?? ''),
    mebibytesPerSecond: total === undefined ? undefined : Number(total),
    vcpuMebibytesPerSecond: vcpus.sort(([a], [b]) => a - b).map(([, rate]) => rate),
  };
}
