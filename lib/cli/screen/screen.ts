import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import type { Display, ShownEvent } from '../display.js';
import { wordsOfEvent } from '../event-words.js';
import { formatMs, wrap } from '../format.js';
import { plain } from '../say.js';
import { render } from './render.js';
import { after, type ScreenState } from './state.js';
import type { Style } from './style.js';

/** A terminal, as far as it is needed. */
export interface Terminal extends NodeJS.WritableStream {
  readonly columns: number;
  on(event: 'resize', listener: () => void): this;
  off(event: 'resize', listener: () => void): this;
}

/** How often the screen is drawn anew, in milliseconds: more often is only flicker. */
const REDRAW_MS = 100;

/** How long a terminal is left alone after a change of its size, in milliseconds. */
const REST_MS = 250;

const TIME_COLUMNS = 8;

const CLEAR_TO_END_OF_LINE = '\u001b[K';

/** What does not change is drawn at the bottom of a terminal, again and again in the same place; what is news goes past above it. */
export class Screen implements Display {
  readonly #terminal: Terminal;
  readonly #style: Style;
  readonly #startedAtMs = performance.now();
  readonly #ticker = setInterval(() => this.#tick(), REDRAW_MS).unref();
  /** A terminal that is being resized still moves its lines about. */
  readonly #onResize = () => this.#rest();
  #restsUntilMs = 0;
  #state: ScreenState;
  #drawn: readonly string[] = [];

  constructor(terminal: Terminal, style: Style, state: ScreenState) {
    this.#terminal = terminal;
    this.#style = style;
    this.#state = state;
    terminal.on('resize', this.#onResize);
  }

  show(event: ShownEvent): void {
    this.#state = after(this.#state, event);
    const words = wordsOfEvent(event);
    if (words !== undefined) this.#print(event.atMs, words, event.type === 'warning' || event.type === 'abort');
  }

  say(line: string): void {
    this.#print(this.#atMs(), line, false);
  }

  /** Draws it for the last time, if it was drawn at all, and leaves it there. */
  close(): void {
    clearInterval(this.#ticker);
    this.#terminal.off('resize', this.#onResize);
    if (this.#drawn.length > 0) this.#redraw();
    this.#drawn = [];
  }

  #atMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  #tick(): void {
    if (this.#atMs() >= this.#restsUntilMs) this.#redraw();
  }

  #rest(): void {
    this.#restsUntilMs = this.#atMs() + REST_MS;
  }

  #print(atMs: number, words: string, isLoud: boolean): void {
    const time = this.#style.paint('dim', formatMs(atMs).padStart(TIME_COLUMNS));
    const lines = wrap(plain(words), Math.max(20, this.#terminal.columns - TIME_COLUMNS - 3));
    const indent = ' '.repeat(TIME_COLUMNS + 2);
    const told = lines.map((line) => (isLoud ? this.#style.paint('yellow', line) : line));
    this.#redraw(told.map((line, index) => (index === 0 ? `${time}  ${line}` : `${indent}${line}`)));
  }

  /** Each line is written over the one before it; a screen that is cleared first flickers, and fills some terminals' history. */
  #redraw(news: readonly string[] = []): void {
    const { columns } = this.#terminal;
    const lines = render(this.#state, this.#atMs(), { columns, style: this.#style });
    cursorTo(this.#terminal, 0);
    const rows = this.#rowsDrawn(columns);
    if (rows > 0) moveCursor(this.#terminal, 0, -rows);
    this.#terminal.write([...news, ...lines].map((line) => `${line}${CLEAR_TO_END_OF_LINE}\n`).join(''));
    clearScreenDown(this.#terminal);
    this.#drawn = lines;
  }

  /** A terminal that has become narrower has wrapped what was drawn. */
  #rowsDrawn(columns: number): number {
    return this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)),
      0,
    );
  }
}
