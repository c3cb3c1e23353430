import type {
  Connection,
  DomainEventName,
  DomainEvents,
  JobStats,
  LifecycleEvent,
  Subscription,
} from '../libvirt/index.js';
import type { Clock } from './clock.js';
import type { Role } from './events.js';
import { GuestMoments } from './guest-moments.js';
import type { PauseStamps } from './outside-view.js';
import { sleep } from './sampler.js';
import type { Side } from './side.js';

export interface WitnessHandlers {
  onGuest: (side: Role, event: string, detail: string, atMs: number) => void;
  /** QEMU has said on its monitor what the stop-and-copy consists of; `status` is the migration's. */
  onQemu?: (side: Role, event: string, status: string | undefined, atMs: number) => void;
  /** QEMU has synchronised its dirty bitmap; that ends a pass, or not. */
  onSync: (atMs: number) => void;
}

/** What QEMU says on its monitor of a stop-and-copy. */
const TELLING: ReadonlySet<string> = new Set(['STOP', 'RESUME', 'MIGRATION']);

/** The migration's status in an event's data; the other events have none. */
function statusIn(details: string | undefined): string | undefined {
  const data: unknown = details === undefined ? undefined : JSON.parse(details);
  if (typeof data !== 'object' || data === null || !('status' in data)) return undefined;
  return String(data.status);
}

/**
 * Watches the guest on both hosts from before the start and keeps what matters: when it stopped, when it ran again and where, and
 * the completed job's statistics. The hosts' events come over two connections, in no order between them; their
 * stamps are of one clock: of their arrival, or for what QEMU has stamped itself of the moment, brought to that clock.
 */
export class Witness {
  readonly #uuid: string;
  readonly #clock: Clock;
  readonly #handlers: WitnessHandlers;
  readonly #subscriptions: Subscription[] = [];
  #stoppedAtMs: number | undefined;
  #resumedAtMs: number | undefined;
  #completedJob: JobStats | undefined;

  constructor(uuid: string, clock: Clock, handlers: WitnessHandlers) {
    this.#uuid = uuid;
    this.#clock = clock;
    this.#handlers = handlers;
  }

  /** From the stop on the source to the start, wherever that was: on the destination, or on the source again after a failure. */
  get observedPauseMs(): number | undefined {
    if (this.#stoppedAtMs === undefined || this.#resumedAtMs === undefined) return undefined;
    return this.#resumedAtMs - this.#stoppedAtMs;
  }

  /** When the guest stopped and ran again, as far as that was seen. */
  get pause(): PauseStamps {
    return { stoppedAtMs: this.#stoppedAtMs, resumedAtMs: this.#resumedAtMs };
  }

  get completedJob(): JobStats | undefined {
    return this.#completedJob;
  }

  /** Subscribes on both control connections; once this resolves nothing is missed. */
  async watch(source: Side, destination: Side): Promise<void> {
    await this.#watchLifecycle(source);
    await this.#watchLifecycle(destination);
    await this.#subscribe(source.control, 'migrationIteration', ({ domain, monotonicNs }) => {
      if (domain.uuid === this.#uuid && this.#stoppedAtMs === undefined)
        this.#handlers.onSync(this.#clock.atMs(monotonicNs));
    });
    await this.#subscribe(source.control, 'jobCompleted', ({ domain, stats }) => {
      if (domain.uuid === this.#uuid) this.#completedJob = stats;
    });
  }

  /** Waits until the events that follow a completed migration have come in, at most for `milliseconds`: they may trail the call. */
  async catchUp(milliseconds: number): Promise<void> {
    const giveUpAtMs = this.#clock.atMs() + milliseconds;
    while (this.#clock.atMs() < giveUpAtMs && (this.#completedJob === undefined || this.#isPauseOpen())) await sleep(5);
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#subscriptions.map((subscription) => subscription.unsubscribe()));
  }

  #isPauseOpen(): boolean {
    return this.#stoppedAtMs !== undefined && this.#resumedAtMs === undefined;
  }

  async #watchLifecycle(side: Side): Promise<void> {
    const moments = new GuestMoments();
    await this.#listenToMonitor(side, moments);
    await this.#subscribe(side.control, 'lifecycle', ({ domain, event, detail, monotonicNs }) => {
      if (domain.uuid !== this.#uuid) return;
      const atMs = moments.atMs(event, this.#clock.atMs(monotonicNs));
      this.#note(side.role, event, atMs);
      this.#handlers.onGuest(side.role, event, detail, atMs);
    });
  }

  /** For the sake of its stamps alone: a host that does not let QEMU be heard, or has none, costs accuracy and nothing else. */
  async #listenToMonitor(side: Side, moments: GuestMoments): Promise<void> {
    try {
      await this.#subscribe(
        side.control,
        'qemuMonitorEvent',
        ({ domain, event, timestampMicroseconds, monotonicNs, details }) => {
          if (timestampMicroseconds === undefined) return;
          const stamped = { stampMs: timestampMicroseconds / 1000, arrivedAtMs: this.#clock.atMs(monotonicNs) };
          const isOfGuest = domain.uuid === this.#uuid;
          const atMs = moments.note(event, stamped, isOfGuest);
          if (isOfGuest && TELLING.has(event)) this.#handlers.onQemu?.(side.role, event, statusIn(details), atMs);
        },
      );
    } catch {
      // A connection that is broken fails the next call as well.
    }
  }

  #note(role: Role, event: LifecycleEvent['event'], atMs: number): void {
    if (role === 'source' && event === 'suspended') this.#stoppedAtMs ??= atMs;
    // The first one: after post-copy the destination says it again, when the last page has come.
    if (event === 'resumed') this.#resumedAtMs ??= atMs;
  }

  async #subscribe<Name extends DomainEventName>(
    connection: Connection,
    name: Name,
    listener: (event: DomainEvents[Name]) => void,
  ): Promise<void> {
    this.#subscriptions.push(await connection.subscribe(name, listener));
  }
}
