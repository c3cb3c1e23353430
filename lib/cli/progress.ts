import type { MigrationEvent, MigrationSample } from '../migration/index.js';
import { formatBytes, formatMs } from './format.js';

/** Where progress goes; a terminal gets one line that is rewritten, a pipe whole lines at phases and passes only. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const DEFAULT_COLUMNS = 80;

/** How often the rewritten line of a terminal changes, in milliseconds: more often is only flicker. */
const REDRAW_MS = 100;

/** Shows the events of one migration as they fall. */
export class Progress {
  readonly #stream: ProgressStream;
  #phase = '';
  #pass = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  show(event: MigrationEvent): void {
    switch (event.type) {
      case 'phase':
        this.#phase = event.phase;
        this.#say(event.atMs, event.phase);
        break;
      case 'pass':
        this.#pass = event.pass;
        if (!this.#stream.isTTY) this.#say(event.atMs, `pass ${event.pass}`);
        break;
      case 'sample':
        this.#redraw(event.atMs, event);
        break;
      case 'warning':
        this.#say(event.atMs, `warning: ${event.message}`);
        break;
      case 'abort':
        this.#say(event.atMs, `aborting: ${event.reason}`);
        break;
      case 'decision':
        this.#say(
          event.atMs,
          `${event.action.kind}: ${event.action.reason}${event.refusal === undefined ? '' : ` (refused: ${event.refusal})`}`,
        );
        break;
      case 'hold':
        this.#say(event.atMs, event.what === 'begin' ? 'the switchover is held' : 'released');
        break;
      case 'guest':
        break;
      case 'end':
        this.#say(event.atMs, `${event.result.outcome}; the guest is on: ${event.result.owner}`);
        break;
    }
  }

  #say(atMs: number, words: string): void {
    const line = `${formatMs(atMs).padStart(8)}  ${words}`;
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
  }

  #redraw(atMs: number, sample: MigrationSample): void {
    if (!this.#stream.isTTY || atMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = atMs;
    const parts = [
      `${formatMs(atMs).padStart(8)}  ${this.#phase}`,
      `pass ${this.#pass}`,
      `sent ${formatBytes(sample.memoryProcessedBytes)}`,
      `${formatBytes(sample.sentBytesPerSecond)}/s`,
      `dirty ${formatBytes(sample.dirtiedBytesPerSecond)}/s`,
      `left ${formatBytes(sample.memoryRemainingBytes)}`,
      ...(sample.expectedPauseMs === undefined ? [] : [`pause if now ${formatMs(sample.expectedPauseMs)}`]),
      ...(sample.throttle > 0 ? [`throttle ${Math.round(sample.throttle * 100)} %`] : []),
    ];
    const columns = this.#stream.columns ?? DEFAULT_COLUMNS;
    this.#stream.write(`\r\x1b[K${parts.join(' · ').slice(0, columns - 1)}`);
  }
}
