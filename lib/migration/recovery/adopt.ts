import { PrecopyError } from '../../errors.js';
import type { Domain } from '../../libvirt/index.js';
import { checkOptions, type Rule, type Rules } from '../../validation.js';
import type { Sides } from '../connect.js';
import type { Course } from '../course.js';
import { Migration } from '../migration.js';
import { type DeadlineOptions, type ResolvedOptions, resolveOptions } from '../options.js';
import { sleep } from '../sampler.js';
import { type RecoveryTarget, readTarget } from './options.js';
import type { Row } from './row.js';
import { sightOf } from './sight.js';
import { judge } from './table.js';

export interface AdoptOptions extends RecoveryTarget {
  /** How often the job is sampled, in milliseconds. Default 100. */
  sampleIntervalMs?: number;
  deadlines?: DeadlineOptions;
  /** Aborts the migration; its reason becomes the abort's reason. */
  signal?: AbortSignal;
}

/** Checked by the migration's own rules, once the journal has filled in what is left out. */
const later: Rule = () => undefined;

const rules: Rules<AdoptOptions> = {
  ...{ source: later, destination: later, domain: later, journal: later },
  ...{ sampleIntervalMs: later, deadlines: later, signal: later },
};

/**
 * Follows a migration that another process has started, and that goes on without it: peer-to-peer does when its client dies.
 *
 * What comes back is like what `migrate()` returns: events, iterator, abort, result; times count from the adoption. A migration that has
 * just completed gives that result. Where there is none to follow, it rejects with the code `ERR_PRECOPY_NOTHING_TO_ADOPT`, the owner and
 * what stands on both hosts; `resolve()` settles that.
 *
 * @example
 * ```ts
 * const { owner } = await adopt({ journal: '/var/lib/control/db1.migration' });
 * ```
 *
 * @throws InvalidArgumentError, PrecopyError `ERR_PRECOPY_JOURNAL` at once, before anything is touched
 */
export function adopt(options: AdoptOptions): Migration {
  checkOptions<AdoptOptions>('', options, rules);
  const { sampleIntervalMs, deadlines, signal } = options;
  const { source, destination, domain } = readTarget(options);
  const resolved = resolveOptions({
    // Watched, not steered: whoever started it has set the limits.
    ...{ source, destination, domain, policy: 'qemu' as const },
    ...(sampleIntervalMs === undefined ? {} : { sampleIntervalMs }),
    ...(deadlines === undefined ? {} : { deadlines }),
    ...(signal === undefined ? {} : { signal }),
  });
  return new Migration(resolved, adoptedCourse(resolved));
}

function adoptedCourse({ deadlines, sampleIntervalMs }: ResolvedOptions): Course {
  const judgeBoth = async (sides: Sides, uuid: string): Promise<Row> => {
    const destination = await sightOf(sides.destination, uuid, deadlines.callMs);
    const source = await sightOf(sides.source, uuid, deadlines.callMs);
    return judge({ source, destination, destinationRan: false });
  };
  return {
    find: findEitherSide,
    async follow(sides, { uuid }) {
      let row = await judgeBoth(sides, uuid);
      const wasUnderWay = isUnderWay(row);
      while (isUnderWay(row)) {
        await sleep(sampleIntervalMs);
        row = await judgeBoth(sides, uuid);
      }
      if (row.verdict === 'completed' && row.actions.length === 0) return;
      throw over(row, wasUnderWay);
    },
  };
}

/** Somebody is still at it; a migration in the other direction is under way too, but not to be waited for. */
function isUnderWay({ verdict, actions }: Row): boolean {
  return verdict === 'under-way' && actions.includes('wait');
}

/** The guest where it is: still on the source, or on the destination already. */
async function findEitherSide({ source, destination }: Sides, { domain }: ResolvedOptions): Promise<Domain> {
  const found = (await source.findDomain(domain)) ?? (await destination.findDomain(domain));
  if (found !== undefined) return found;
  throw new PrecopyError('ERR_PRECOPY_NOTHING_TO_ADOPT', `Neither host has a guest '${domain}'`, {
    remedy: 'Check its name, or call resolve() with its UUID.',
  });
}

function over({ verdict, says, owner, remedy }: Row, wasUnderWay: boolean): PrecopyError {
  const code = wasUnderWay ? 'ERR_PRECOPY_MIGRATION_FAILED' : 'ERR_PRECOPY_NOTHING_TO_ADOPT';
  const what = wasUnderWay ? 'The adopted migration did not complete' : 'There is no migration to adopt';
  return new PrecopyError(code, `${what} (${verdict}): ${says}`, {
    owner,
    remedy: remedy ?? 'Call resolve(): it says what is left to do, and does it.',
  });
}
