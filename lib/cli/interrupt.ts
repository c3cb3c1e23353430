/**
 * Ctrl-C, or SIGTERM, while something runs that must be brought to an end in order: the first one aborts `signal`, whose reason says what
 * it was; each later one is told to whoever wants to know. Until it is disposed of, none of them ends the process by itself.
 *
 * @example
 * ```ts
 * using interrupt = new Interrupt();
 * await work(interrupt.signal);
 * ```
 */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #onAgain: () => void;
  readonly #onSignal = (name: NodeJS.Signals) => {
    if (this.signal.aborted) this.#onAgain();
    else this.#controller.abort(new Error(name === 'SIGINT' ? 'interrupted with Ctrl-C' : `ended by ${name}`));
  };

  constructor(onAgain: () => void = () => {}) {
    this.#onAgain = onAgain;
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
  }
}
