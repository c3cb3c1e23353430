import { PrecopyError } from '../errors.js';
import type { Domain, JobStats } from '../libvirt/index.js';
import { STALL_MS } from '../policy/index.js';
import { type AbortAnswer, type AbortRequest, type CallState, requestAbort } from './abort.js';
import type { Clock } from './clock.js';
import type { Conductor } from './conductor.js';
import type { Sides } from './connect.js';
import { withDeadline } from './deadline.js';
import type { MigrationSample, Role } from './events.js';
import { JobReader } from './job.js';
import { Lookout } from './lookout.js';
import type { ResolvedOptions } from './options.js';
import type { SideView } from './ownership.js';
import type { PhaseMachine } from './phases.js';
import { Prospect } from './prospect.js';
import type { Reporter } from './reporter.js';
import type { Warning } from './result.js';
import { Sampler, sleep } from './sampler.js';

/** How often the job is sampled when the end is near, in milliseconds. */
const NEAR_SAMPLE_MS = 20;

/** What is said when the link is dead, whatever libvirt's own figure goes on to say. */
const STALLED: Warning = {
  code: 'stalled',
  message: `Not a byte of the guest has gone over for ${STALL_MS / 1000} s: the link may be cut, or the destination hang.`,
};

/** libvirt cannot reach a QEMU that sends its last pages into a dead link; only the end of that connection frees it. */
const BREAK_CONNECTION =
  "Mend the link, and the migration goes on; or break the source's migration connection on its host (ss --kill dst <destination>), and the guest runs on there: then call resolve(). By itself the kernel gives up after about 15 minutes. Destroy the guest on neither host before.";

const FOLLOW = 'It may still be going on: follow it with adopt(), or call resolve() until it says who has the guest.';

const silent = (role: Role, why: string): Warning => ({
  code: 'host-silent',
  message: `The ${role} does not say whether it has the guest: ${why}`,
});
/** Why a guest stands still on the source while it runs on the destination and fetches the rest. */
const POST_COPY: ReadonlySet<string> = new Set(['postcopy', 'postcopyFailed']);

/** To be waited for when only the call's own end counts. */
const never = () => new Promise<never>(() => {});

export interface TransferOptions {
  /** The guest on a connection that stands. */
  guest: () => Promise<Domain>;
  uuid: string;
  sides: Sides;
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
  readonly #prospect = new Prospect();
  #call: CallState;
  #sentBytes: number | undefined;
  #mostThrottle = 0;
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

  /** The largest share of CPU time that was taken from the guest, 0..1. */
  get mostThrottle(): number {
    return this.#mostThrottle;
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
    const lookouts = this.#lookOut();
    try {
      await Promise.race([call, this.#abortInVain(over.signal)]);
    } finally {
      over.abort();
      this.#sampler.stop();
      for (const lookout of lookouts) lookout.stop();
      // A call that hangs may still reject long after nobody waits for it.
      call.catch(() => {});
      await sampling;
      await conductor.end();
    }
  }

  /** Carries out an abort once it is asked for; rejects when the migration does not end in spite of it, and never resolves. */
  async #abortInVain(over: AbortSignal): Promise<never> {
    const { abort, reporter, clock, options, phases } = this.#options;
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
      { remedy: phases.has('stop-and-copy') ? BREAK_CONNECTION : FOLLOW },
    );
  }

  #lookOut(): Lookout[] {
    const { uuid, sides, reporter, clock, options } = this.#options;
    const lookouts = [sides.source, sides.destination].map((side) => {
      const onChange = (view: SideView) => {
        reporter.tell({ type: 'host', atMs: clock.atMs(), side: side.role, view });
        if (view.seen === 'unreachable') reporter.warn(silent(side.role, view.why));
      };
      return new Lookout({ side, uuid, intervalMs: options.sampleIntervalMs, onChange });
    });
    for (const lookout of lookouts) void lookout.run();
    return lookouts;
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
    const { conductor, guest, phases, clock, options } = this.#options;
    const reader = new JobReader(guest, options.deadlines.callMs);
    return new Sampler({
      intervalMs: () =>
        Math.min(options.sampleIntervalMs, conductor.isNear ? NEAR_SAMPLE_MS : Number.POSITIVE_INFINITY),
      atMs: () => clock.atMs(),
      read: () => this.#read(reader),
      onReading: (stats, sample, atMs) => {
        if (sample.memoryProcessedBytes > 0) phases.advance('pre-copy', atMs);
        this.#sentBytes = sample.memoryProcessedBytes;
        this.#mostThrottle = Math.max(this.#mostThrottle, sample.throttle);
        // Once the guest has stopped there is nothing left to decide.
        const hasStopped = phases.has('stop-and-copy');
        const isSteered = !hasStopped && conductor.isListening;
        this.#tellProspect(stats, { isSteered, ...sample }, atMs);
        if (!hasStopped) conductor.take(stats, atMs);
      },
    });
  }

  /** A job that nobody answers for is as good as stalled: QEMU's monitor is mute while it writes its last pages into a dead link. */
  async #read(reader: JobReader): Promise<JobStats | undefined> {
    const timer = setTimeout(() => this.#tellPace(() => this.#prospect.giveUp()), STALL_MS);
    try {
      return await reader.read();
    } finally {
      clearTimeout(timer);
    }
  }

  #tellProspect(stats: JobStats, sample: MigrationSample & { isSteered: boolean }, atMs: number): void {
    const { conductor, phases, reporter } = this.#options;
    const { actuators, gate, steering } = conductor;
    this.#tellPace(() => {
      const seen = this.#prospect.add(stats, atMs, {
        limits: actuators.limits,
        passes: steering.passes.finished,
        isHeld: gate.isClosed || phases.has('stop-and-copy'),
      });
      reporter.tell({ type: 'sample', atMs, ...sample, ...actuators.limits, ...seen });
    });
  }

  /** Tells of a change of pace that comes of what is learnt. */
  #tellPace(learn: () => void): void {
    const { reporter, clock } = this.#options;
    const was = this.#prospect.pace;
    learn();
    const { pace } = this.#prospect;
    if (pace === was) return;
    reporter.tell({ type: 'pace', atMs: clock.atMs(), pace, was });
    if (pace === 'stalled') reporter.warn(STALLED);
  }
}
