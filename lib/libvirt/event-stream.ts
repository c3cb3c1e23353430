import { native } from './native.js';

type Outcome = { readonly done: true } | { readonly error: unknown };

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/**
 * Events as an async iterator. It buffers from the moment it is made until it is consumed, so nothing is lost between
 * two calls of next(), however slow the consumer. While somebody waits in next() the process stays alive.
 */
export class EventStream<T> implements AsyncIterableIterator<T, undefined>, AsyncDisposable {
  /** Settles when the host has registered the events: nothing that happens afterwards is missed. */
  readonly ready: Promise<void>;
  readonly #buffer: T[] = [];
  readonly #waiters: Waiter<T>[] = [];
  readonly #release: () => Promise<void> | void;
  #outcome: Outcome | undefined;

  /** @internal Made by `events()` of a connection or domain. */
  constructor(start: (stream: EventStream<T>) => { ready: Promise<void>; release: () => Promise<void> | void }) {
    const { ready, release } = start(this);
    this.ready = ready;
    this.#release = release;
    // Whoever does not look at `ready` gets the failure from next().
    ready.catch((error: unknown) => this.end({ error }));
  }

  /** @internal */
  push(event: T): void {
    if (this.#outcome !== undefined) return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#buffer.push(event);
    } else {
      native().release();
      waiter.resolve({ done: false, value: event });
    }
  }

  /** @internal What is buffered is still delivered; after it comes the end, or the error once. */
  end(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    void this.#release();
    for (const waiter of this.#waiters.splice(0)) {
      native().release();
      this.#settle(waiter);
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const event = this.#buffer.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      if (this.#outcome !== undefined) return this.#settle(waiter);
      native().retain();
      this.#waiters.push(waiter);
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#buffer.length = 0;
    this.end({ done: true });
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #settle(waiter: Waiter<T>): void {
    const outcome = this.#outcome;
    this.#outcome = { done: true };
    if (outcome !== undefined && 'error' in outcome) waiter.reject(outcome.error);
    else waiter.resolve({ done: true, value: undefined });
  }
}
