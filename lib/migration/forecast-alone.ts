import { type Forecast, forecastFrom } from '../forecast/index.js';
import { checkOptions, flag, type Rules } from '../validation.js';
import { connectSides } from './connect.js';
import { lookAhead } from './forecast.js';
import { type MigrateOptions, resolveOptions } from './options.js';
import { preflightSides, requirePreflight } from './preflight/index.js';
import { probeLink } from './probe.js';
import { orAborted } from './until.js';

/** The options of the migration that is to be forecast, as `migrate()` takes them, and how far the forecast may go for it. */
export interface ForecastOptions extends MigrateOptions {
  /**
   * Whether a migration may be begun and aborted after a second where the speed of the link is not known otherwise. Default false: the
   * guest is only looked at.
   */
  probe?: boolean;
}

const probeRules: Rules<Pick<ForecastOptions, 'probe'>> = { probe: flag };

/**
 * Forecasts a migration before anything moves: looks at the guest for about eight seconds (how fast it dirties memory, over several windows;
 * how much of its memory is used; how busy it is), takes the speed of the link from `expect`, from earlier moves between these hosts in this
 * process, or from a probe where that is allowed, and simulates the migration under the policy that it would have.
 *
 * ```ts
 * const { verdict, totalMs, pauseMs } = await forecast({ source, destination, domain: 'db1', budget: { pauseMs: 60 }, probe: true });
 * ```
 *
 * @throws InvalidArgumentError when an option is not as it must be; PrecopyError with the finding's code for what stands in the way
 *   of the migration, a job that is under way included; `ERR_PRECOPY_LINK_UNKNOWN` when nothing says how fast the link is;
 *   `ERR_PRECOPY_ABORTED` when the signal aborts, a probe that has begun being ended first
 */
export async function forecast({ probe, ...options }: ForecastOptions): Promise<Forecast> {
  checkOptions<Pick<ForecastOptions, 'probe'>>('', { probe }, probeRules);
  const resolved = resolveOptions(options);
  // A probe is neither forecast nor looked at from outside: it only measures.
  const { forecast: _forecast, observer: _observer, ...probing } = options;
  const startedMs = performance.now();
  const { signal } = resolved;
  const sides = await connectSides(resolved, signal);
  try {
    const report = await orAborted(preflightSides(sides, resolved), signal);
    requirePreflight(report);
    const circumstances = {
      isEmulated: report.facts.guest?.virtualizationType !== 'kvm',
      checkingMs: performance.now() - startedMs,
      probe: probe === true ? () => probeLink(probing) : undefined,
    };
    return forecastFrom(await lookAhead(sides, resolved, circumstances));
  } finally {
    await Promise.all([sides.source.close(), sides.destination.close()]);
  }
}
