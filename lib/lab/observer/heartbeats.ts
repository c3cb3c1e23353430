import { setTimeout as delay } from 'node:timers/promises';
import { GuestError } from '../guest/errors.js';
import { analyseHeartbeats, type HeartbeatAnalysis } from './analysis.js';
import { type Beat, readBeat } from './beat.js';
import { RecordRing } from './record-ring.js';

const KEPT_BEATS = 600_000;
const BASELINE_NS = 5_000_000_000n;
const SILENCE_TIMEOUT_MS = 30_000;

/** The beats of one guest, as an observer outside receives them. Keeps the newest 600 000: ten minutes at 1 kHz, 48 MB. */
export class Heartbeats {
  readonly guestId: number;
  readonly #ring = new RecordRing(KEPT_BEATS);
  readonly #listeners = new Set<(beat: Beat | undefined) => void>();
  #newest: Buffer | undefined;
  #count = 0;
  #closed = false;

  constructor(guestId: number) {
    this.guestId = guestId;
  }

  /** How many have been received. */
  get count(): number {
    return this.#count;
  }

  /** The newest beat. */
  get latest(): Beat | undefined {
    return this.#newest && readBeat(this.#newest);
  }

  /** Takes a record in. @internal */
  push(record: Buffer): void {
    this.#count += 1;
    this.#newest = Buffer.from(record);
    this.#ring.push(record);
    if (this.#listeners.size === 0) return;
    const beat = readBeat(record);
    for (const listener of this.#listeners) listener(beat);
  }

  /** Ends every iteration: no more beats will come. @internal */
  close(): void {
    this.#closed = true;
    for (const listener of this.#listeners) listener(undefined);
  }

  /**
   * The first beat ever received, or the newest if there are some already.
   *
   * @throws GuestError `ERR_PRECOPY_GUEST_SILENT` when none comes within `timeoutMs` (30 s by default)
   */
  waitForFirst(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<Beat> {
    return this.waitFor(() => true, options);
  }

  /**
   * The next beat that fulfils a condition, the newest included.
   *
   * @throws GuestError `ERR_PRECOPY_GUEST_SILENT` when none comes within `timeoutMs` (30 s by default)
   */
  async waitFor(
    condition: (beat: Beat) => boolean,
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Beat> {
    const { latest } = this;
    if (latest !== undefined && condition(latest)) return latest;
    const timeoutMs = options.timeoutMs ?? SILENCE_TIMEOUT_MS;
    const over = new AbortController();
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
    let listener: ((beat: Beat | undefined) => void) | undefined;
    const found = new Promise<Beat>((resolve, reject) => {
      listener = (beat) => {
        if (beat === undefined) reject(this.#silent('its observer was stopped'));
        else if (condition(beat)) resolve(beat);
      };
      this.#listeners.add(listener);
      if (this.#closed) listener(undefined);
    });
    const silence = delay(timeoutMs, undefined, { signal }).then(() => {
      throw this.#silent(`no such beat came within ${timeoutMs} ms`);
    });
    try {
      return await Promise.race([found, silence]);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw error;
    } finally {
      if (listener !== undefined) this.#listeners.delete(listener);
      over.abort();
      silence.catch(() => undefined); // the abort above is no news
    }
  }

  /** The beats that arrived in [fromNs, toNs], in order of arrival. */
  window(window: { fromNs: bigint; toNs?: bigint }): Beat[] {
    const toNs = window.toNs ?? process.hrtime.bigint();
    return Array.from(this.#ring.between(window.fromNs, toNs), readBeat);
  }

  /**
   * What the beats tell about a window of time, by default until now. The beats of the 5 s before and after it that are there say what is
   * normal, so let a second of them come in first.
   */
  analyse(window: { fromNs: bigint; toNs?: bigint }): HeartbeatAnalysis {
    const toNs = window.toNs ?? process.hrtime.bigint();
    const beats = this.window({ fromNs: window.fromNs - BASELINE_NS, toNs: toNs + BASELINE_NS });
    return analyseHeartbeats(beats, { fromNs: window.fromNs, toNs, periodNs: beats[0]?.periodNs ?? 0 });
  }

  /** Every beat from now on, until the observer stops. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Beat> {
    const waiting: (Beat | undefined)[] = this.#closed ? [undefined] : [];
    let wake: (() => void) | undefined;
    const listener = (beat: Beat | undefined) => {
      waiting.push(beat);
      wake?.();
    };
    this.#listeners.add(listener);
    try {
      for (;;) {
        while (waiting.length > 0) {
          const beat = waiting.shift();
          if (beat === undefined) return;
          yield beat;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  #silent(why: string): GuestError {
    return new GuestError('ERR_PRECOPY_GUEST_SILENT', `Guest ${this.guestId} is silent: ${why}.`, {
      remedy: 'Look at its console log: a guest that cannot do its work says why and ends.',
    });
  }
}
