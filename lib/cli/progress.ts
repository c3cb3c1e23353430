import { formatBytes, formatMs, formatShare } from '../format.js';
import type { AssessedSample } from '../migration/index.js';
import type { Display, ShownEvent } from './display.js';
import { wordsOfEvent } from './event-words.js';
import { formatSeconds } from './format.js';
import { plain } from './say.js';

/** After so long without a line there is one that says how it stands, in milliseconds. */
const SILENCE_MS = 10_000;

const TIME_COLUMNS = 8;

/** Shows the events of a migration as plain lines, for a pipe, a log or a terminal that cannot do more. */
export class Progress implements Display {
  readonly #stream: { write(text: string): unknown };
  #atMs = 0;

  constructor(stream: { write(text: string): unknown }) {
    this.#stream = stream;
  }

  show(event: ShownEvent): void {
    const words = this.#wordsOf(event);
    if (words !== undefined) this.#line(event.atMs, words);
  }

  say(line: string): void {
    this.#line(this.#atMs, line);
  }

  close(): void {}

  #wordsOf(event: ShownEvent): string | undefined {
    switch (event.type) {
      case 'phase':
        return event.phase;
      case 'pass':
        return `pass ${event.pass}`;
      case 'sample':
        return event.atMs - this.#atMs < SILENCE_MS ? undefined : standing(event);
      case 'end':
        return `${event.result.outcome}; the guest is on: ${event.result.owner}`;
      default:
        return wordsOfEvent(event);
    }
  }

  #line(atMs: number, words: string): void {
    this.#atMs = atMs;
    this.#stream.write(`${formatMs(atMs).padStart(TIME_COLUMNS)}  ${plain(words)}\n`);
  }
}

function standing(sample: AssessedSample): string {
  return [
    formatShare(sample.progress),
    ...(sample.etaMs === undefined ? [] : [`about ${formatSeconds(sample.etaMs)} to go`]),
    `left ${formatBytes(sample.memoryRemainingBytes)}`,
    `sent ${formatBytes(sample.sentBytesPerSecond)}/s`,
    `dirtied ${formatBytes(sample.dirtiedBytesPerSecond)}/s`,
    ...(sample.expectedPauseMs === undefined ? [] : [`pause if it stopped now ${formatMs(sample.expectedPauseMs)}`]),
    ...(sample.throttle > 0 ? [`throttle ${formatShare(sample.throttle)}`] : []),
  ].join(' · ');
}
