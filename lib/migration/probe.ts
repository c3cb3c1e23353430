import { PrecopyError } from '../errors.js';
import { policyFromFunction } from '../policy/index.js';
import { quantile } from '../statistics.js';
import { migrate } from './migrate.js';
import type { MigrateOptions } from './options.js';
import { sleep } from './sampler.js';
import { orAborted } from './until.js';

/** A probe is over after so long, or when so little of the memory is left, in milliseconds and as a share. */
const PROBE_MS = 1000;
const LEAST_SHARE = 0.4;
/** QEMU refreshes its counters every 100 ms, so that shorter ones say nothing. */
const SAMPLE_MS = 50;
/** A span as short as this tells the speed to a few per cent, in milliseconds. */
const TELLING_MS = 400;
const UPPER_QUARTILE = 0.75;
/** libvirt takes a moment to forget a job that was cancelled. */
const AFTERMATH_MS = 200;

/**
 * Measures the very path that a migration takes: begins one, watches how fast its first second is, and aborts it. The guest runs on
 * where it is. It is as safe as any migration that is aborted in its first pass, and as dear: the guest's writes are tracked for a second.
 *
 * @returns the speed of the memory stream in bytes per second
 * @throws PrecopyError `ERR_PRECOPY_PROBE` when the migration was not cancelled, with the owner of the guest; `ERR_PRECOPY_ABORTED`
 */
export async function probeLink(options: MigrateOptions): Promise<number> {
  const probing = policyFromFunction('probe', ({ elapsedMs, memoryTotalBytes, memoryRemainingBytes }) =>
    elapsedMs >= PROBE_MS || memoryRemainingBytes <= memoryTotalBytes * LEAST_SHARE
      ? { kind: 'abort', reason: 'the probe has seen enough' }
      : [],
  );
  const readings: { atMs: number; bytes: number }[] = [];
  const migration = migrate({
    ...options,
    sampleIntervalMs: SAMPLE_MS,
    // Whatever becomes of this process, the guest stays where it is: a migration that its client coordinates ends with the client.
    transport: { ...options.transport, control: 'direct' },
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
  await orAborted(sleep(AFTERMATH_MS), options.signal);
  return speedOf(readings);
}

/**
 * The upper quartile of the speeds over all spans that are long enough to tell: in the slowest the stream was starved, since QEMU passed over
 * zero pages or the connection only got up to speed, and the fastest are chance.
 */
function speedOf(readings: readonly { atMs: number; bytes: number }[]): number {
  // The counters go by steps: spans count from one change to another.
  const steps = readings.filter(({ bytes }, index) => bytes !== readings[index - 1]?.bytes);
  const speeds = steps.flatMap((begin) =>
    steps
      .filter(({ atMs }) => atMs >= begin.atMs + TELLING_MS)
      .map((end) => ((end.bytes - begin.bytes) / (end.atMs - begin.atMs)) * 1000),
  );
  if (speeds.length > 0) return quantile(speeds, UPPER_QUARTILE);
  throw new PrecopyError('ERR_PRECOPY_PROBE', 'The probe was over before anything could be measured', {
    remedy: 'Give expect.linkBytesPerSecond instead.',
  });
}
