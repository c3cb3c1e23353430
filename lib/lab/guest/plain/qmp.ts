import { EventEmitter, on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { GuestError } from '../errors.js';

const CONNECT_ATTEMPTS = 100;
const CONNECT_INTERVAL_MS = 50;

/** An event of QEMU's monitor. */
export interface QmpEvent {
  event: string;
  /** QEMU's own clock: CLOCK_REALTIME of its host when it happened, in whole microseconds. */
  timestamp: { seconds: number; microseconds: number };
  data?: Record<string, unknown>;
}

type Message =
  | { QMP: unknown }
  | { return: unknown; id: number }
  | { error: { class: string; desc: string }; id: number }
  | QmpEvent;

/** The moment of an event in nanoseconds since the epoch. */
export function eventTimeNs(event: QmpEvent): bigint {
  return BigInt(event.timestamp.seconds) * 1_000_000_000n + BigInt(event.timestamp.microseconds) * 1000n;
}

/** A connection to the monitor of a QEMU that runs without libvirt. */
export class QmpClient {
  readonly #socket: Socket;
  readonly #events = new EventEmitter();
  readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // JSON.parse knows nothing of types; QEMU's QAPI schema promises these.
    const lines = createInterface({ input: socket }).on('line', (line) => this.#receive(JSON.parse(line) as Message));
    // 'close' follows. readline passes the socket's error on, and one without a listener would end the process.
    for (const emitter of [socket, lines]) emitter.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(qmpError('the monitor was closed'));
      this.#pending.clear();
    });
  }

  /** Connects as soon as the socket is there. @throws GuestError `ERR_PRECOPY_GUEST_QEMU` */
  static async connect(path: string): Promise<QmpClient> {
    for (let attempt = 0; ; attempt += 1) {
      const socket = connect(path);
      try {
        await once(socket, 'connect');
        const client = new QmpClient(socket);
        await client.execute('qmp_capabilities');
        return client;
      } catch (cause) {
        socket.destroy();
        if (attempt === CONNECT_ATTEMPTS) throw qmpError(`no monitor at ${path}`, cause);
        await delay(CONNECT_INTERVAL_MS);
      }
    }
  }

  /** @throws GuestError `ERR_PRECOPY_GUEST_QEMU` with what QEMU says */
  execute(command: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
    return answer;
  }

  /** The next event of this name. Call it before the command that causes the event. */
  async next(name: string, options: { timeoutMs: number }): Promise<QmpEvent> {
    const [event] = await once(this.#events, name, { signal: AbortSignal.timeout(options.timeoutMs) });
    return event;
  }

  /** Every event of this name from now on. */
  async *all(name: string, options: { signal: AbortSignal }): AsyncGenerator<QmpEvent> {
    for await (const [event] of on(this.#events, name, options)) yield event;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(message: Message): void {
    if ('event' in message) {
      this.#events.emit(message.event, message);
    } else if ('id' in message) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if ('error' in message) pending?.reject(qmpError(message.error.desc));
      else pending?.resolve(message.return);
    }
  }
}

function qmpError(what: string, cause?: unknown): GuestError {
  return new GuestError('ERR_PRECOPY_GUEST_QEMU', `QEMU: ${what}.`, cause === undefined ? {} : { cause });
}
