import { PrecopyError } from '../../errors.js';
import type { Domain } from '../../libvirt/index.js';
import { checkOptions, flag, type Rule, type Rules } from '../../validation.js';
import type { Sides } from '../connect.js';
import type { Course } from '../course.js';
import { Migration } from '../migration.js';
import { type DeadlineOptions, type ResolvedOptions, resolveOptions } from '../options.js';
import { followJob } from './follow.js';
import { type RecoveryTarget, readTarget } from './options.js';
import type { Row } from './row.js';

export interface AdoptOptions extends RecoveryTarget {
  /** How often the job is sampled, in milliseconds. Default 100. */
  sampleIntervalMs?: number;
  /**
   * Lifts what the process that started the migration has left behind, as by a hold: the stream goes on at full speed, and in the place of a
   * downtime limit of 1 ms comes QEMU's default. A cap that an administrator has set cannot be told from a hold's, and is lifted for this job as
   * well. Default false, since where that process lives its hold would be broken.
   */
  release?: boolean;
  /** A new file for the trace of what is seen from here on. */
  trace?: string;
  deadlines?: DeadlineOptions;
  /** Aborts the migration; its reason becomes the abort's reason. */
  signal?: AbortSignal;
}

/** Checked by the migration's own rules, once the journal has filled in what is left out. */
const later: Rule = () => undefined;

const rules: Rules<AdoptOptions> = {
  ...{ source: later, destination: later, domain: later, journal: later },
  ...{ sampleIntervalMs: later, trace: later, deadlines: later, signal: later },
  release: flag,
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
  const { sampleIntervalMs, release, trace, deadlines, signal } = options;
  const { source, destination, domain, wasRunning } = readTarget(options);
  const resolved = resolveOptions({
    // Watched, not steered: whoever started it has set the limits, and may live.
    ...{ source, destination, domain, policy: 'qemu' as const },
    ...(sampleIntervalMs === undefined ? {} : { sampleIntervalMs }),
    ...(trace === undefined ? {} : { trace }),
    ...(deadlines === undefined ? {} : { deadlines }),
    ...(signal === undefined ? {} : { signal }),
  });
  return new Migration(resolved, adoptedCourse(resolved, wasRunning === false, release === true));
}

function adoptedCourse({ deadlines, sampleIntervalMs }: ResolvedOptions, wasPaused: boolean, lifts: boolean): Course {
  return {
    ...{ wasPaused, lifts },
    find: findEitherSide,
    async follow(sides, { uuid }, over) {
      const pace = { callMs: deadlines.callMs, intervalMs: sampleIntervalMs };
      const { row, wasUnderWay } = await followJob(sides, uuid, pace, over);
      // One that was paused before stays so.
      const isDone = row.actions.every((action) => wasPaused && action === 'resume-destination');
      if (row.verdict === 'completed' && isDone) return;
      throw ended(row, wasUnderWay);
    },
  };
}

/** The guest where it is: still on the source, or on the destination already. */
export async function findEitherSide({ source, destination }: Sides, { domain }: ResolvedOptions): Promise<Domain> {
  const found = (await source.findDomain(domain)) ?? (await destination.findDomain(domain));
  if (found !== undefined) return found;
  throw new PrecopyError('ERR_PRECOPY_NOTHING_TO_ADOPT', `Neither host has a guest '${domain}'`, {
    remedy: 'Check its name, or call resolve() with its UUID.',
  });
}

function ended({ verdict, says, owner, remedy }: Row, wasUnderWay: boolean): PrecopyError {
  const code = wasUnderWay ? 'ERR_PRECOPY_MIGRATION_FAILED' : 'ERR_PRECOPY_NOTHING_TO_ADOPT';
  const what = wasUnderWay ? 'The adopted migration did not complete' : 'There is no migration to adopt';
  return new PrecopyError(code, `${what} (${verdict}): ${says}`, {
    owner,
    remedy: remedy ?? 'Call resolve(): it says what is left to do, and does it.',
  });
}
