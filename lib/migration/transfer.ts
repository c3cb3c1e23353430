import { PrecopyError } from '../errors.js';
import type { Domain } from '../libvirt/index.js';
import { type AbortAnswer, type AbortRequest, type CallState, requestAbort } from './abort.js';
import type { Clock } from './clock.js';
import type { Conductor } from './conductor.js';
import { withDeadline } from './deadline.js';
import { JobReader } from './job.js';
import type { ResolvedOptions } from './options.js';
import type { PhaseMachine } from './phases.js';
import type { Reporter } from './reporter.js';
import { Sampler, sleep } from './sampler.js';

/** How often the job is sampled when the end is near, in milliseconds. */
const NEAR_SAMPLE_MS = 20;

/** Why a guest stands still on the source while it runs on the destination and fetches the rest. */
const POST_COPY: ReadonlySet<string> = new Set(['postcopy', 'postcopyFailed']);

/** To be waited for when only the call's own end counts. */
const never = () => new Promise<never>(() => {});

export interface TransferOptions {
  /** The guest on a connection that stands. */
  guest: () => Promise<Domain>;
  conductor: Conductor;
  abort: AbortRequest;
  phases: PhaseMachine;
  reporter: Reporter;
  clock: Clock;
  /** Whether libvirt's call was made already, by another process. */
  call: CallState;
  options: Pick<ResolvedOptions, 'sampleIntervalMs' | 'deadlines'>;
}

/** The migration itself: libvirt's one long call, sampled and steered meanwhile, and aborted when that is asked for. */
export class Transfer {
  readonly #options: TransferOptions;
  readonly #sampler: Sampler;
  #call: CallState;
  #sentBytes: number | undefined;
  #abortAnswer: Promise<AbortAnswer> | undefined;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#call = options.call;
    this.#sampler = this.#newSampler();
  }

  get call(): CallState {
    return this.#call;
  }

  get conductor(): Conductor {
    return this.#options.conductor;
  }

  /** Bytes of memory that went over, as the last sample said. */
  get sentBytes(): number | undefined {
    return this.#sentBytes;
  }

  /** What libvirt said to the abort; undefined when it was not asked. */
  get abortAnswer(): Promise<AbortAnswer> | undefined {
    return this.#abortAnswer;
  }

  /** QEMU has synchronised its dirty bitmap: looked at now, because what is left is the whole of what is dirty only right after a sync. */
  noteSync(): void {
    this.#sampler.kick();
  }

  /**
   * Makes the call and sees it through.
   *
   * @param start - makes it; its signal aborts when nobody waits for the call any more
   * @throws what the call rejects with, or PrecopyError `ERR_PRECOPY_ABORT_HUNG`
   */
  async perform(start: (over: AbortSignal) => Promise<unknown>): Promise<void> {
    const { conductor, phases, reporter, clock } = this.#options;
    const over = new AbortController();
    phases.advance('prepare', clock.atMs());
    await reporter.journal.written;
    this.#call = 'out';
    const call = (async () => start(over.signal))().finally(() => {
      this.#call = 'back';
      over.abort();
    });
    const sampling = this.#sampler.run().catch((error: unknown) => this.#onBlind(error));
    try {
      await Promise.race([call, this.#abortInVain(over.signal)]);
    } finally {
      over.abort();
      this.#sampler.stop();
      // A call that hangs may still reject long after nobody waits for it.
      call.catch(() => {});
      await sampling;
      await conductor.end();
    }
  }

  /** Carries out an abort once it is asked for; rejects when the migration does not end in spite of it, and never resolves. */
  async #abortInVain(over: AbortSignal): Promise<never> {
    const { abort, reporter, clock, options } = this.#options;
    const { abortMs } = options.deadlines;
    await abort.asked;
    reporter.tell({ type: 'abort', atMs: clock.atMs(), reason: abort.reason });
    this.#abortAnswer = this.#askToAbort();
    await sleep(abortMs, over);
    // It goes on, then, and so does the waiting: refused is not hung.
    if (await this.#isInPostCopy()) await never();
    throw new PrecopyError(
      'ERR_PRECOPY_ABORT_HUNG',
      `The migration did not end within ${abortMs} ms after it was asked to abort`,
      {
        remedy: 'It may still be going on: follow it with adopt(), or call resolve() until it says who has the guest.',
      },
    );
  }

  async #askToAbort(): Promise<AbortAnswer> {
    const { guest, options } = this.#options;
    // The guest lives on both hosts then: an abort would lose it.
    if (await this.#isInPostCopy()) return 'refused';
    return requestAbort(guest, options.deadlines.abortMs, () => this.#call === 'back');
  }

  /** Whether post-copy runs, whoever started it; never throws. */
  async #isInPostCopy(): Promise<boolean> {
    const { conductor, guest, options } = this.#options;
    if (conductor.actuators.limits.postCopyActive) return true;
    try {
      const asking = guest().then((domain) => domain.getState());
      return POST_COPY.has((await withDeadline(asking, options.deadlines.callMs, 'Asking for the state')).reason);
    } catch {
      return false;
    }
  }

  /** Without samples nothing can be steered; the call goes on, and its end is what counts. */
  #onBlind(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#options.reporter.warn({
      code: 'sampling-failed',
      message: `The job cannot be looked at any more: ${message}`,
    });
  }

  #newSampler(): Sampler {
    const { conductor, guest, phases, reporter, clock, options } = this.#options;
    const reader = new JobReader(guest, options.deadlines.callMs);
    return new Sampler({
      intervalMs: () =>
        Math.min(options.sampleIntervalMs, conductor.isNear ? NEAR_SAMPLE_MS : Number.POSITIVE_INFINITY),
      atMs: () => clock.atMs(),
      read: () => reader.read(),
      onReading: (stats, sample, atMs) => {
        if (sample.memoryProcessedBytes > 0) phases.advance('pre-copy', atMs);
        this.#sentBytes = sample.memoryProcessedBytes;
        // Once the guest has stopped there is nothing left to decide.
        const hasStopped = phases.has('stop-and-copy');
        const isSteered = !hasStopped && conductor.isListening;
        reporter.tell({ type: 'sample', atMs, isSteered, ...sample, ...conductor.actuators.limits });
        if (!hasStopped) conductor.take(stats, atMs);
      },
    });
  }
}
