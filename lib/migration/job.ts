import { PrecopyError } from '../errors.js';
import { type Domain, DomainGetJobStatsFlags, type JobStats, LibvirtError } from '../libvirt/index.js';
import { withDeadline } from './deadline.js';
import type { Side } from './side.js';

/** Reads a job, with one call in flight and no more: a daemon that does not answer closes the connection at the sixth. */
export class JobReader {
  readonly #find: () => Promise<Pick<Domain, 'getJobStats'>>;
  readonly #deadlineMs: number;
  #call: Promise<JobStats> | undefined;

  /** @param find - the guest on a connection that stands */
  constructor(find: () => Promise<Pick<Domain, 'getJobStats'>>, deadlineMs: number) {
    this.#find = find;
    this.#deadlineMs = deadlineMs;
  }

  /** The job's statistics, or undefined when there is no job to ask about (before it began, or once the guest has gone) or no answer. */
  async read(): Promise<JobStats | undefined> {
    try {
      this.#call ??= this.#ask();
      const stats = await withDeadline(this.#call, this.#deadlineMs, "Asking for the job's statistics");
      return stats.type === 'none' ? undefined : stats;
    } catch (error) {
      if (error instanceof PrecopyError || error instanceof LibvirtError) return undefined;
      throw error;
    }
  }

  async #ask(): Promise<JobStats> {
    try {
      return await (await this.#find()).getJobStats(0);
    } finally {
      this.#call = undefined;
    }
  }
}

/** The completed job's statistics as the destination keeps them; undefined when it has none. They stay there for others. */
export async function readCompletedJob(
  side: Side | undefined,
  uuid: string | undefined,
  deadlineMs: number,
): Promise<JobStats | undefined> {
  if (side === undefined || uuid === undefined) return undefined;
  try {
    const flags = DomainGetJobStatsFlags.COMPLETED | DomainGetJobStatsFlags.KEEP_COMPLETED;
    const stats = (await side.findDomain(uuid))?.getJobStats(flags);
    return stats && (await withDeadline(stats, deadlineMs, "Asking for the completed job's statistics"));
  } catch {
    // The figures are lost then; the outcome does not hang on them.
    return undefined;
  }
}
