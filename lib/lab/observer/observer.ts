import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { GuestError } from '../guest/errors.js';
import { RECORD_BYTES, readRecordHead } from './beat.js';
import { Heartbeats } from './heartbeats.js';

const STOP_TIMEOUT_MS = 2000;

export type ObserverProcess = ChildProcessByStdio<Writable, Readable, Readable>;

export interface ObserverOptions {
  /** The observer's program, from `ensureGuestFiles`. */
  program: string;
  /** The address and UDP port that heartbeats are sent to. */
  address: string;
  port: number;
  /** Starts a program where the address is: in the namespace of the lab's client. All three standard streams must be pipes. */
  spawn: (argv: readonly [string, ...string[]]) => ObserverProcess;
}

/**
 * Listens to the heartbeats of guests from outside. The work is done by a small program, which gets the kernel's own receive stamps:
 * what this process does meanwhile does not spoil a figure. It ends with this process, however that ends.
 */
export class Observer implements AsyncDisposable {
  readonly #process: ObserverProcess;
  readonly #guests = new Map<number, Heartbeats>();
  #rest = Buffer.alloc(0);
  #dropped = 0;
  #complaint = '';
  #started = false;

  private constructor(process: ObserverProcess) {
    this.#process = process;
  }

  /**
   * Starts the program and waits until it listens.
   *
   * @throws GuestError `ERR_PRECOPY_OBSERVER`
   */
  static async start(options: ObserverOptions): Promise<Observer> {
    const process = options.spawn([options.program, options.address, String(options.port)]);
    const observer = new Observer(process);
    await new Promise<void>((resolve, reject) => {
      const fail = (cause: unknown) => {
        const said = observer.#complaint.trim() || String(cause);
        reject(new GuestError('ERR_PRECOPY_OBSERVER', `The observer did not start: ${said}`, { cause }));
      };
      process.once('error', fail);
      process.once('close', (code: number | null) => fail(`it ended with status ${code}`));
      process.stdin.on('error', () => undefined); // it has ended, which 'close' tells
      process.stderr.on('data', (data: Buffer) => {
        observer.#complaint += data.toString();
      });
      process.stdout.on('data', (data: Buffer) => {
        observer.#receive(data);
        if (observer.#started) resolve();
      });
    });
    process.once('close', () => {
      for (const guest of observer.#guests.values()) guest.close();
    });
    return observer;
  }

  /** The beats of one guest, from the first one that is received on, also if it came before this call. */
  heartbeats(guestId: number): Heartbeats {
    let guest = this.#guests.get(guestId);
    if (guest === undefined) {
      guest = new Heartbeats(guestId);
      this.#guests.set(guestId, guest);
    }
    return guest;
  }

  /** The guests that have been heard. */
  get guestIds(): number[] {
    return [...this.#guests.values()].filter((guest) => guest.count > 0).map((guest) => guest.guestId);
  }

  /** Datagrams that were lost here, for want of room, and not on the way: 0 unless the machine is overwhelmed. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Forgets a guest and what is known of it. */
  forget(guestId: number): void {
    this.#guests.get(guestId)?.close();
    this.#guests.delete(guestId);
  }

  /** Ends the program. What was received remains. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.stdin.end();
    const force = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await closed;
    clearTimeout(force);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #receive(data: Buffer): void {
    const all = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    let offset = 0;
    if (!this.#started && all.length >= RECORD_BYTES) {
      this.#started = true; // the first record is empty and says that the program listens
      offset = RECORD_BYTES;
    }
    for (; offset + RECORD_BYTES <= all.length; offset += RECORD_BYTES) {
      const record = all.subarray(offset, offset + RECORD_BYTES);
      const { dropped, guestId } = readRecordHead(record);
      this.#dropped = dropped;
      this.heartbeats(guestId).push(record);
    }
    this.#rest = Buffer.from(all.subarray(offset));
  }
}
