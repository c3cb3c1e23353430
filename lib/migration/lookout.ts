import type { SideView } from './ownership.js';
import { sleep } from './sampler.js';
import type { Side } from './side.js';

/** A host that does not answer for so long is told of, in milliseconds; it is waited for all the same. */
const SILENT_MS = 2000;

export interface LookoutOptions {
  side: Side;
  uuid: string;
  intervalMs: number;
  /** Told when what the host says of the guest is not what it said before. */
  onChange: (view: SideView) => void;
}

/**
 * Looks at what one host says of the guest while it migrates, one call after the other. Events tell most of it earlier; a host that is gone
 * sends none.
 */
export class Lookout {
  readonly #options: LookoutOptions;
  readonly #stop = new AbortController();
  #last = '';

  constructor(options: LookoutOptions) {
    this.#options = options;
  }

  /** Runs until `stop()`. */
  async run(): Promise<void> {
    const { side, uuid, intervalMs } = this.#options;
    while (!this.#stop.signal.aborted) {
      const silent = setTimeout(() => {
        this.#see({ seen: 'unreachable', why: `it has not answered for ${SILENT_MS} ms` });
      }, SILENT_MS);
      const view = await side.glance(uuid);
      clearTimeout(silent);
      this.#see(view);
      await sleep(intervalMs, this.#stop.signal);
    }
  }

  /** Nothing is told any more; an answer that is still out is not waited for. */
  stop(): void {
    this.#stop.abort();
  }

  #see(view: SideView): void {
    const words = view.seen === 'present' ? `${view.state} ${view.reason}` : view.seen;
    if (words === this.#last || this.#stop.signal.aborted) return;
    this.#last = words;
    this.#options.onChange(view);
  }
}
