import { PrecopyError } from '../errors.js';
import type { Domain } from '../libvirt/index.js';
import { type AbortAnswer, type AbortRequest, type CallState, requestAbort } from './abort.js';
import type { Clock } from './clock.js';
import type { Conductor } from './conductor.js';
import { readJob } from './job.js';
import type { ResolvedOptions } from './options.js';
import type { PhaseMachine } from './phases.js';
import type { Reporter } from './reporter.js';
import { Sampler, sleep } from './sampler.js';

/** How often the job is sampled when the end is near, in milliseconds. */
const NEAR_SAMPLE_MS = 20;

export interface TransferOptions {
  guest: Domain;
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
   * @throws what the call rejects with, or PrecopyError `ERR_PRECOPY_ABORT_HUNG`
   */
  async perform(start: () => Promise<unknown>): Promise<void> {
    const { conductor, phases, reporter, clock } = this.#options;
    const over = new AbortController();
    phases.advance('prepare', clock.atMs());
    await reporter.journal.written;
    this.#call = 'out';
    const call = start().finally(() => {
      this.#call = 'back';
      over.abort();
    });
    const sampling = this.#sampler.run();
    try {
      await Promise.race([call, this.#abortInVain(over.signal)]);
    } finally {
      this.#sampler.stop();
      // A call that hangs may still reject long after nobody waits for it.
      call.catch(() => {});
      await sampling;
      await conductor.end();
    }
  }

  /** Carries out an abort once it is asked for; rejects when the migration does not end in spite of it, and never resolves. */
  async #abortInVain(over: AbortSignal): Promise<never> {
    const { abort, reporter, clock, guest, conductor, options } = this.#options;
    const { abortMs } = options.deadlines;
    await abort.asked;
    reporter.tell({ type: 'abort', atMs: clock.atMs(), reason: abort.reason });
    // Once post-copy runs, the guest lives on both hosts: an abort would lose it.
    const isPostCopy = conductor.actuators.limits.postCopyActive;
    this.#abortAnswer = isPostCopy
      ? Promise.resolve('refused')
      : requestAbort(guest, abortMs, () => this.#call === 'back');
    if (isPostCopy) return new Promise(() => {});
    await sleep(abortMs, over);
    throw new PrecopyError(
      'ERR_PRECOPY_ABORT_HUNG',
      `The migration did not end within ${abortMs} ms after it was asked to abort`,
    );
  }

  #newSampler(): Sampler {
    const { conductor, guest, phases, reporter, clock, options } = this.#options;
    return new Sampler({
      intervalMs: () =>
        Math.min(options.sampleIntervalMs, conductor.isNear ? NEAR_SAMPLE_MS : Number.POSITIVE_INFINITY),
      atMs: () => clock.atMs(),
      read: () => readJob(guest, options.deadlines.callMs),
      onReading: (stats, sample, atMs) => {
        if (sample.memoryProcessedBytes > 0) phases.advance('pre-copy', atMs);
        this.#sentBytes = sample.memoryProcessedBytes;
        const expectedPauseMs = conductor.actuators.expectedPauseMs(sample.expectedPauseMs);
        reporter.tell({ type: 'sample', atMs, ...sample, expectedPauseMs });
        // Once the guest has stopped there is nothing left to decide.
        if (!phases.has('stop-and-copy')) conductor.take(stats, atMs);
      },
    });
  }
}
