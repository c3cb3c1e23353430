import { PrecopyError } from '../errors.js';
import { type Domain, DomainGetJobStatsFlags, type JobStats } from '../libvirt/index.js';
import { withDeadline } from './deadline.js';
import type { Side } from './side.js';

/** The job's statistics, or undefined when there is no job to ask about: before it began, or once the guest has gone. */
export function readJob(domain: Domain, deadlineMs: number): Promise<JobStats | undefined> {
  return new JobReader(() => domain.getJobStats(0), deadlineMs).read();
}

/** Reads a job's statistics, one call at a time: one that is late is waited for again, since five in flight end a connection. */
export class JobReader {
  readonly #ask: () => Promise<JobStats>;
  readonly #deadlineMs: number;
  #call: Promise<JobStats> | undefined;

  /** @param deadlineMs - how long one reading waits */
  constructor(ask: () => Promise<JobStats>, deadlineMs: number) {
    this.#ask = ask;
    this.#deadlineMs = deadlineMs;
  }

  /** Undefined when there is no job to ask about, or no answer in time. */
  async read(): Promise<JobStats | undefined> {
    this.#call ??= this.#ask().finally(() => {
      this.#call = undefined;
    });
    try {
      const stats = await withDeadline(this.#call, this.#deadlineMs, "Asking for the job's statistics");
      return stats.type === 'none' ? undefined : stats;
    } catch (error) {
      if (error instanceof PrecopyError) return undefined;
      throw error;
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
