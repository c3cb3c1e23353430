import { PrecopyError } from '../errors.js';
import { policyFromFunction } from '../policy/index.js';
import { migrate } from './migrate.js';
import type { MigrateOptions } from './options.js';
import { sleep } from './sampler.js';

/** A probe is over after so long, or when so much of the memory went over, in milliseconds and as a share. */
const PROBE_MS = 1000;
const PROBE_SHARE = 0.4;
/** QEMU refreshes its counters every 100 ms, so that shorter ones say nothing. */
const SAMPLE_MS = 50;
/** The first moments are left out: the connection gets up to speed. */
const WARM_UP_MS = 100;
/** libvirt takes a moment to forget a job that was cancelled. */
const AFTERMATH_MS = 200;

/**
 * Measures the very path that a migration takes: begins one, watches how fast its first second is, and aborts it. The guest runs on
 * where it is. It is as safe as any migration that is aborted in its first pass, and as dear: the guest's writes are tracked for a second.
 *
 * @returns the speed of the memory stream in bytes per second
 * @throws PrecopyError `ERR_PRECOPY_PROBE` when the migration was not cancelled, with the owner of the guest
 */
export async function probeLink(options: MigrateOptions): Promise<number> {
  const probing = policyFromFunction('probe', ({ elapsedMs, memoryTotalBytes, memoryRemainingBytes }) =>
    elapsedMs >= PROBE_MS || memoryRemainingBytes <= memoryTotalBytes * (1 - PROBE_SHARE)
      ? { kind: 'abort', reason: 'the probe has seen enough' }
      : [],
  );
  const readings: { atMs: number; bytes: number }[] = [];
  const migration = migrate({
    ...options,
    sampleIntervalMs: SAMPLE_MS,
    // The lowest limit, so that nothing but the end of all memory could stop the guest.
    policy: { ...probing, settings: () => ({ downtimeLimitMs: 1, postCopy: false, notes: [] }) },
  });
  for await (const event of migration) {
    if (event.type !== 'sample' || event.memoryProcessedBytes === 0) continue;
    readings.push({ atMs: event.atMs, bytes: event.memoryProcessedBytes });
  }
  const { outcome, owner, error } = await migration.outcome;
  if (outcome !== 'cancelled') {
    throw new PrecopyError('ERR_PRECOPY_PROBE', `The probe was not cancelled but ${outcome}`, {
      ...{ owner, cause: error },
      remedy:
        outcome === 'completed'
          ? 'The guest is on the destination now: it was too small to be probed. Give expect.linkBytesPerSecond instead.'
          : (error?.remedy ?? 'Give expect.linkBytesPerSecond instead.'),
    });
  }
  await sleep(AFTERMATH_MS);
  return speedOf(readings);
}

/** Between the first and the last of the readings, the first moments left out. */
function speedOf(readings: readonly { atMs: number; bytes: number }[]): number {
  const startedAtMs = readings[0]?.atMs ?? 0;
  const [first] = readings.filter(({ atMs }) => atMs >= startedAtMs + WARM_UP_MS);
  // The counters go by steps: the span counts from the first change to the last one.
  const steps = readings.filter(({ bytes }, index) => bytes !== readings[index - 1]?.bytes);
  const begin = steps.find(({ atMs }) => first !== undefined && atMs >= first.atMs);
  const end = steps.at(-1);
  if (begin === undefined || end === undefined || end.atMs <= begin.atMs) {
    throw new PrecopyError('ERR_PRECOPY_PROBE', 'The probe was over before anything could be measured', {
      remedy: 'Give expect.linkBytesPerSecond instead.',
    });
  }
  return ((end.bytes - begin.bytes) / (end.atMs - begin.atMs)) * 1000;
}
