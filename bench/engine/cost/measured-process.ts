import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MigrateOptions } from '../../../lib/migration/index.js';
import type { Answer, Order } from './messages.js';

/** A process of its own that makes migrations and measures itself. It ends with this one. */
export class MeasuredProcess implements Disposable {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('./worker.js', import.meta.url)));
  readonly #signal: AbortSignal;

  /** @param signal - after it nobody waits for an answer any more */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Measures it from now until `meanwhile` has settled and its migrations, if any, have ended. */
  async measure(meanwhile: () => Promise<unknown>, moves: readonly MigrateOptions[] = []): Promise<Answer> {
    this.#tell({ kind: 'begin', moves });
    await meanwhile();
    const answered = once(this.#child, 'message', { signal: this.#signal });
    this.#tell({ kind: 'end' });
    // The worker sends nothing else.
    const [answer] = (await answered) as [Answer];
    return answer;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  #tell(order: Order): void {
    this.#child.send(order);
  }
}
